// Which ESMTP parameters are taken, and what the others are answered.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import type { Parameters } from "../../sdk/contract/event.ts";
import {
  mailParametersObjection,
  mostParameterOctets,
  needsChunking,
  parseParameters,
  rcptParametersObjection,
  withoutAssertedIdentity,
} from "./parameters.ts";
import { unknownParameter } from "./replies.ts";

const taken: readonly (readonly [verb: "MAIL" | "RCPT", text: string, parameters: Parameters])[] = [
  ["MAIL", "", {}],
  ["MAIL", " ", {}],
  ["MAIL", " SIZE=1230", { SIZE: "1230" }],
  ["MAIL", " size=0", { SIZE: "0" }],
  ["MAIL", " SIZE=99999999999999999999", { SIZE: "99999999999999999999" }],
  ["MAIL", " BODY=7BIT", { BODY: "7BIT" }],
  ["MAIL", " body=8bitmime  SMTPUTF8 SIZE=1", { BODY: "8BITMIME", SMTPUTF8: true, SIZE: "1" }],
  ["MAIL", " BODY=BinaryMime", { BODY: "BINARYMIME" }],
  ["MAIL", " AUTH=<>", { AUTH: "<>" }],
  ["MAIL", " AUTH=e+3Dmc2@example.com", { AUTH: "e+3Dmc2@example.com" }],
  ["MAIL", " AUTH=+C3+BC@example.com", { AUTH: "+C3+BC@example.com" }],
  ["MAIL", " AUTH=user", { AUTH: "user" }],
  ["MAIL", ` AUTH=${"a".repeat(500)}`, { AUTH: "a".repeat(500) }],
  ["MAIL", " ret=hdrs ENVID=QQ+2Babc+20x", { RET: "HDRS", ENVID: "QQ+2Babc+20x" }],
  ["MAIL", ` RET=FULL ENVID=${"x".repeat(100)}`, { RET: "FULL", ENVID: "x".repeat(100) }],
  ["MAIL", " REQUIRETLS", { REQUIRETLS: true }],
  ["MAIL", " MT-PRIORITY=-9", { "MT-PRIORITY": "-9" }],
  ["MAIL", " mt-priority=0", { "MT-PRIORITY": "0" }],
  ["MAIL", " BY=120;R", { BY: "120;R" }],
  ["MAIL", " BY=-5;nt", { BY: "-5;NT" }],
  ["MAIL", " BY=+999999999;rt", { BY: "+999999999;RT" }],
  ["MAIL", " BY=0;N", { BY: "0;N" }],
  ["MAIL", " HOLDFOR=999999999", { HOLDFOR: "999999999" }],
  ["MAIL", " HOLDUNTIL=2026-12-24t18:00:00z", { HOLDUNTIL: "2026-12-24T18:00:00Z" }],
  ["MAIL", " HOLDUNTIL=2026-12-24T18:00:00.123456789+01:00", { HOLDUNTIL: "2026-12-24T18:00:00.123456789+01:00" }],
  ["RCPT", " NOTIFY=never", { NOTIFY: "NEVER" }],
  ["RCPT", " NOTIFY=Success,failure,DELAY", { NOTIFY: "SUCCESS,FAILURE,DELAY" }],
  ["RCPT", " ORCPT=rfc822;Bob+2BNews@Example.com", { ORCPT: "rfc822;Bob+2BNews@Example.com" }],
  ["RCPT", " ORCPT=x400;/G=a/S=b/C=c".replaceAll("/G=a/S=b/C=c", "/G+3Da/"), { ORCPT: "x400;/G+3Da/" }],
  ["RCPT", " ORCPT=UTF-8;\\x{FC}@example.com", { ORCPT: "UTF-8;\\x{FC}@example.com" }],
  ["RCPT", " ORCPT=utf-8;ü@example.com NOTIFY=DELAY", { ORCPT: "utf-8;ü@example.com", NOTIFY: "DELAY" }],
  ["RCPT", ` ORCPT=rfc822;${"x".repeat(493)}`, { ORCPT: `rfc822;${"x".repeat(493)}` }],
];

for (const [verb, text, parameters] of taken) {
  test(`${verb} takes "${text.slice(0, 60)}"`, () => {
    deepEqual(parseParameters(verb, text), { kind: "parameters", parameters });
  });
}

const refused: readonly (readonly [verb: "MAIL" | "RCPT", text: string, code: number])[] = [
  ["MAIL", " SIZE", 501],
  ["MAIL", " SIZE=", 501],
  ["MAIL", " SIZE=-1", 501],
  ["MAIL", " SIZE=1e3", 501],
  ["MAIL", " SIZE=100000000000000000000", 501],
  ["MAIL", " BODY=16BIT", 501],
  ["MAIL", " BODY", 501],
  ["MAIL", " SMTPUTF8=yes", 501],
  ["MAIL", " SIZE=1 SIZE=1", 501],
  ["MAIL", " SIZE=1 size=2", 501],
  ["MAIL", " =x", 501],
  ["MAIL", " -X=y", 501],
  ["MAIL", " X=a=b", 501],
  ["MAIL", " X=a\tb", 501],
  ["MAIL", " X=a\u007fb", 501],
  ["MAIL", " CORRECT-WITHOUT-ARG", 555],
  ["MAIL", " X=\u00e9", 555],
  ["MAIL", " __proto__=x", 501],
  ["MAIL", " constructor=x", 555],
  ["MAIL", " AUTH", 501],
  ["MAIL", " AUTH=a+0Db", 501],
  ["MAIL", " AUTH=a+3d", 501],
  ["MAIL", " AUTH=a+", 501],
  ["MAIL", ` AUTH=${"a".repeat(501)}`, 501],
  ["MAIL", " RET=BODY", 501],
  ["MAIL", " ENVID", 501],
  ["MAIL", " ENVID=a+0A", 501],
  ["MAIL", " ENVID=a+7F", 501],
  ["MAIL", " ENVID=\u00e9", 501],
  ["MAIL", ` ENVID=${"x".repeat(101)}`, 501],
  ["MAIL", " ENVID=a RET=HDRS ENVID=b", 501],
  ["MAIL", " REQUIRETLS=yes", 501],
  ["MAIL", " MT-PRIORITY=10", 501],
  ["MAIL", " MT-PRIORITY=-0", 501],
  ["MAIL", " MT-PRIORITY=+1", 501],
  ["MAIL", " BY=0;R", 501],
  ["MAIL", " BY=+000;R", 501],
  ["MAIL", " BY=-1;R", 501],
  ["MAIL", " BY=1", 501],
  ["MAIL", " BY=1;X", 501],
  ["MAIL", " BY=1000000000;N", 501],
  ["MAIL", " HOLDFOR=0", 501],
  ["MAIL", " HOLDFOR=1000000000", 501],
  ["MAIL", " HOLDUNTIL=tomorrow", 501],
  ["MAIL", " HOLDUNTIL=2026-13-24T18:00:00Z", 501],
  ["MAIL", " HOLDUNTIL=2026-12-24T18:00:00", 501],
  ["MAIL", " NOTIFY=NEVER", 555],
  ["RCPT", " SIZE=1", 555],
  ["RCPT", " SMTPUTF8", 555],
  ["RCPT", " REQUIRETLS", 555],
  ["RCPT", " NOTIFY", 501],
  ["RCPT", " NOTIFY=", 501],
  ["RCPT", " NOTIFY=NEVER,DELAY", 501],
  ["RCPT", " NOTIFY=SUCCESS,", 501],
  ["RCPT", " NOTIFY=SUCCESS;DELAY", 501],
  ["RCPT", ` NOTIFY=${"SUCCESS,".repeat(4)}DELAY`, 501],
  ["RCPT", " ORCPT=bob@example.com", 501],
  ["RCPT", " ORCPT=rfc822;", 501],
  ["RCPT", " ORCPT=rfc 822;a", 501],
  ["RCPT", " ORCPT=rfc822;a+0D+0AX", 501],
  ["RCPT", " ORCPT=rfc822;\u00fc@example.com", 501],
  ["RCPT", " ORCPT=utf-8;a+2B", 501],
  ["RCPT", " ORCPT=utf-8;\\x{g}", 501],
  ["RCPT", " ORCPT=utf-8;a\\b", 501],
  ["RCPT", ` ORCPT=rfc822;${"x".repeat(494)}`, 501],
  ["RCPT", ` ORCPT=utf-8;${"ü".repeat(248)}`, 501],
];

for (const [verb, text, code] of refused) {
  test(`${verb} refuses "${text.slice(0, 60)}" with ${code} 5.5.4`, () => {
    const parsed = parseParameters(verb, text);
    equal(parsed.kind, "malformed");
    if (parsed.kind === "malformed") deepEqual([parsed.reply.code, parsed.reply.status], [code, "5.5.4"]);
  });
}

const allOffered = [
  ...["SIZE", "8BITMIME", "SMTPUTF8", "AUTH", "DSN", "REQUIRETLS", "MT-PRIORITY", "DELIVERBY", "FUTURERELEASE"],
  "BINARYMIME",
];

const objections: readonly (readonly [given: Parameters, objection: string | undefined])[] = [
  [{ SIZE: "1", BODY: "BINARYMIME", AUTH: "<>", RET: "HDRS", ENVID: "x", "MT-PRIORITY": "1" }, undefined],
  [{ HOLDFOR: "1", HOLDUNTIL: "2026-12-24T18:00:00Z" }, "HOLDUNTIL cannot go with HOLDFOR"],
  [{ HOLDFOR: "60", BY: "60;R" }, "BY ends before HOLDFOR"],
  [{ HOLDFOR: "60", BY: "+61;RT" }, undefined],
  [{ HOLDFOR: "60", BY: "10;N" }, undefined],
  [{ AUTH: "ü" }, "UTF-8 needs SMTPUTF8"],
  [{ AUTH: "ü", SMTPUTF8: true }, undefined],
];

for (const [given, objection] of objections) {
  test(`MAIL with ${JSON.stringify(given)} meets ${objection ?? "no objection"}`, () => {
    equal(mailParametersObjection(given, new Set(allOffered))?.lines[0], objection);
  });
}

const extensions: readonly (readonly [extension: string, given: Parameters])[] = [
  ["SIZE", { SIZE: "1" }],
  ["8BITMIME", { BODY: "7BIT" }],
  ["BINARYMIME", { BODY: "BINARYMIME" }],
  ["SMTPUTF8", { SMTPUTF8: true }],
  ["AUTH", { AUTH: "<>" }],
  ["DSN", { RET: "HDRS" }],
  ["DSN", { ENVID: "x" }],
  ["REQUIRETLS", { REQUIRETLS: true }],
  ["MT-PRIORITY", { "MT-PRIORITY": "1" }],
  ["DELIVERBY", { BY: "1;R" }],
  ["FUTURERELEASE", { HOLDFOR: "1" }],
  ["FUTURERELEASE", { HOLDUNTIL: "2026-12-24T18:00:00Z" }],
];

for (const [extension, given] of extensions) {
  test(`${JSON.stringify(given)} is unknown exactly where ${extension} is not offered. RFC 5321 §4.1.1.11`, () => {
    const without = new Set(allOffered.filter((name) => name !== extension));
    deepEqual(mailParametersObjection(given, without), unknownParameter());
    equal(mailParametersObjection(given, new Set(allOffered)), undefined);
  });
}

test("NOTIFY and ORCPT are unknown without DSN, and UTF-8 in ORCPT needs the SMTPUTF8 of MAIL. RFC 6533 §3", () => {
  const given = { NOTIFY: "NEVER", ORCPT: "utf-8;ü" };
  const dsn = new Set(["DSN"]);
  deepEqual(rcptParametersObjection(given, {}, new Set()), unknownParameter());
  equal(rcptParametersObjection(given, {}, dsn)?.lines[0], "UTF-8 needs the SMTPUTF8 of MAIL");
  equal(rcptParametersObjection(given, { SMTPUTF8: true }, dsn), undefined);
});

test("binary content needs BDAT, and an identity nobody vouches for counts as none", () => {
  deepEqual([needsChunking({ BODY: "BINARYMIME" }), needsChunking({ BODY: "8BITMIME" })], [true, false]);
  deepEqual(withoutAssertedIdentity({ AUTH: "a@b.test", SIZE: "1" }), { AUTH: "<>", SIZE: "1" });
  deepEqual(withoutAssertedIdentity({ SIZE: "1" }), { SIZE: "1" });
});

test("all parameters at their longest are taken, and one line has room for them", () => {
  const mail = ` SIZE=${"9".repeat(20)} BODY=BINARYMIME SMTPUTF8 AUTH=${"a".repeat(500)} RET=HDRS ` +
    `ENVID=${"x".repeat(100)} REQUIRETLS MT-PRIORITY=-1 BY=-999999999;NT HOLDFOR=999999999 ` +
    "HOLDUNTIL=2026-12-24T18:00:00.123456789+01:00";
  const rcpt = ` NOTIFY=SUCCESS,FAILURE,DELAY,DELAY ORCPT=rfc822;${"x".repeat(493)}`;
  for (const [verb, text] of [["MAIL", mail], ["RCPT", rcpt]] as const) {
    equal(parseParameters(verb, text).kind, "parameters");
    ok(
      text.length <= mostParameterOctets(verb),
      `${text.length} octets, ${mostParameterOctets(verb)} are said to be enough`,
    );
    ok(mostParameterOctets(verb) < 1024);
  }
});
