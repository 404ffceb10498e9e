// Which ESMTP parameters are taken, and what the others are answered.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Parameters } from "../../sdk/contract/event.ts";
import { parseParameters } from "./parameters.ts";

const taken: readonly (readonly [text: string, parameters: Parameters])[] = [
  ["", {}],
  [" ", {}],
  [" SIZE=1230", { SIZE: "1230" }],
  [" size=0", { SIZE: "0" }],
  [" SIZE=99999999999999999999", { SIZE: "99999999999999999999" }],
  [" BODY=7BIT", { BODY: "7BIT" }],
  [" body=8bitmime  SMTPUTF8 SIZE=1", { BODY: "8BITMIME", SMTPUTF8: true, SIZE: "1" }],
];

for (const [text, parameters] of taken) {
  test(`MAIL takes "${text}"`, () => deepEqual(parseParameters("MAIL", text), { kind: "parameters", parameters }));
}

const refused: readonly (readonly [verb: "MAIL" | "RCPT", text: string, code: number])[] = [
  ["MAIL", " SIZE", 501],
  ["MAIL", " SIZE=", 501],
  ["MAIL", " SIZE=-1", 501],
  ["MAIL", " SIZE=1e3", 501],
  ["MAIL", " SIZE=100000000000000000000", 501],
  ["MAIL", " BODY=BINARYMIME", 501],
  ["MAIL", " BODY", 501],
  ["MAIL", " SMTPUTF8=yes", 501],
  ["MAIL", " SIZE=1 SIZE=1", 501],
  ["MAIL", " SIZE=1 size=2", 501],
  ["MAIL", " =x", 501],
  ["MAIL", " -X=y", 501],
  ["MAIL", " X=a=b", 501],
  ["MAIL", " X=\u00e9", 501],
  ["MAIL", " X=a\tb", 501],
  ["MAIL", " CORRECT-WITHOUT-ARG", 555],
  ["MAIL", " RET=HDRS", 555],
  ["MAIL", " AUTH=<>", 555],
  ["MAIL", " __proto__=x", 501],
  ["MAIL", " constructor=x", 555],
  ["RCPT", " SIZE=1", 555],
  ["RCPT", " SMTPUTF8", 555],
  ["RCPT", " NOTIFY=NEVER", 555],
];

for (const [verb, text, code] of refused) {
  test(`${verb} refuses "${text}" with ${code} 5.5.4`, () => {
    const parsed = parseParameters(verb, text);
    equal(parsed.kind, "malformed");
    if (parsed.kind === "malformed") deepEqual([parsed.reply.code, parsed.reply.status], [code, "5.5.4"]);
  });
}
