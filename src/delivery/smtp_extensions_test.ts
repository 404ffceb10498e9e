// Forwarding by SMTP: what clients asked for with parameters, as the next server hears it.

import assert from "node:assert/strict";
import test from "node:test";
import type { Parameters } from "../../sdk/contract/event.ts";
import { deliver, withPeer } from "../../test/support/forwarding.ts";
import type { Script } from "../../test/support/scripted_peer.ts";
import { mailbox, type MessageParts } from "../../test/support/spooled.ts";
import type { Delivered } from "./delivery.ts";

const taken: Delivered = { kind: "taken", text: "queued as 42" };

function offers(...keywords: readonly string[]): Script {
  return { EHLO: ["250-peer", ...keywords.map((keyword) => `250-${keyword}`), "250 HELP"].join("\r\n") };
}

const everything = ["AUTH PLAIN", "DSN", "MT-PRIORITY", "DELIVERBY", "FUTURERELEASE 1 2", "SMTPUTF8"];

const carried: readonly (readonly [
  title: string,
  keywords: readonly string[],
  mail: Parameters,
  rcpt: Parameters,
  heard: string,
])[] = [
  ["DSN parameters go on as they came. RFC 3461 §5.2.1", ["DSN"], { RET: "HDRS", ENVID: "a+2Bb" }, {
    NOTIFY: "FAILURE,DELAY",
    ORCPT: "rfc822;Bob@X",
  }, " RET=HDRS ENVID=a+2Bb NOTIFY=FAILURE,DELAY ORCPT=rfc822;Bob@X"],
  [
    "without DSN they do not. RFC 3461 §5.2.2 (a)",
    [],
    { RET: "FULL", ENVID: "x" },
    { NOTIFY: "NEVER", ORCPT: "a;b" },
    "",
  ],
  [
    "an address in UTF-8 goes as it is. RFC 6533 §3",
    ["DSN", "SMTPUTF8"],
    {},
    { ORCPT: "utf-8;ü@x" },
    " ORCPT=utf-8;ü@x",
  ],
  ["or in ASCII", ["DSN"], {}, { ORCPT: "utf-8;ü@x" }, " ORCPT=utf-8;\\x{FC}@x"],
  ["an asserted identity goes to servers with AUTH. RFC 4954 §5", ["AUTH X"], { AUTH: "a+3Db@x" }, {}, " AUTH=a+3Db@x"],
  ["and to no others", [], { AUTH: "<>" }, {}, ""],
  ["a priority goes on", ["MT-PRIORITY"], { "MT-PRIORITY": "-3" }, {}, " MT-PRIORITY=-3"],
  ["or is lost. RFC 6710", [], { "MT-PRIORITY": "-3" }, {}, ""],
  ["a time for delivery goes on", ["DELIVERBY"], { BY: "100;NT" }, {}, " BY=100;NT"],
  ["or is lost, if nothing must come back. RFC 2852 §4", [], { BY: "100;N" }, {}, ""],
  ["a message to be held goes on", ["FUTURERELEASE 1 2"], { HOLDFOR: "60" }, {}, " HOLDFOR=60"],
  ["all of them", everything, { AUTH: "<>", RET: "FULL", BY: "1;R", HOLDUNTIL: "2026-12-24T18:00:00Z" }, {
    NOTIFY: "SUCCESS",
  }, " AUTH=<> RET=FULL BY=1;R HOLDUNTIL=2026-12-24T18:00:00Z NOTIFY=SUCCESS"],
  ["what nobody knows does not", everything, { XYZZY: "1", constructor: "1" }, { __proto__: "1" }, ""],
];

for (const [title, keywords, parameters, rcpt, heard] of carried) {
  test(title, () =>
    withPeer(offers(...keywords), async (peer, delivery) => {
      const forwardPaths = [{ ...mailbox("b@server.test"), parameters: rcpt }];
      assert.deepEqual(await deliver(delivery, { parameters, forwardPaths }), taken);
      const words = peer.heard.flat().filter((line) => /^(?:MAIL|RCPT)/.test(line)).map((line) => line.split(">"));
      assert.equal(words.map(([, ...rest]) => rest.join(">")).join(""), heard);
    }));
}

const obstacles: readonly (readonly [title: string, script: Script, parts: Partial<MessageParts>, reply: string])[] = [
  ["what must come back when late goes nowhere without DELIVERBY. RFC 2852 §4", offers(), {
    parameters: { BY: "100;R" },
  }, "554 5.3.3"],
  ["nor when its time is over", offers("DELIVERBY"), {
    parameters: { BY: "100;R" },
    begun: Date.now() - 101_000,
  }, "554 5.4.7"],
  ["what nobody would hold is refused. RFC 4865", offers(), { parameters: { HOLDFOR: "1" } }, "554 5.3.3"],
  ["binary content needs BINARYMIME. RFC 3030 §3", offers("CHUNKING", "8BITMIME"), {
    parameters: { BODY: "BINARYMIME" },
  }, "554 5.6.3"],
  ["and CHUNKING", offers("BINARYMIME", "8BITMIME"), { parameters: { BODY: "BINARYMIME" } }, "554 5.6.3"],
];

for (const [title, script, parts, reply] of obstacles) {
  test(title, () =>
    withPeer(script, async (peer, delivery) => {
      const answer = await deliver(delivery, parts);
      assert.ok(answer.kind === "refused");
      assert.deepEqual([`${answer.code} ${answer.status}`, peer.heard], [reply, [["EHLO me.test"]]]);
    }));
}

test("a time for delivery runs while the message is here. RFC 2852 §4", () =>
  withPeer(offers("DELIVERBY"), async (peer, delivery) => {
    await deliver(delivery, { parameters: { BY: "-5;NT" }, begun: Date.now() - 30_050 });
    assert.equal(peer.heard[0]?.[1], "MAIL FROM:<a@client.test> BY=-35;NT");
  }));

test("a parameter with a line end in it never reaches the wire", () =>
  withPeer(offers("DSN"), async (peer, delivery) => {
    assert.equal((await deliver(delivery, { parameters: { ENVID: "x\r\nRSET" } })).kind, "failed");
    const forwardPaths = [{ ...mailbox("b@server.test"), parameters: { ORCPT: "rfc822;a b" } }];
    assert.equal((await deliver(delivery, { forwardPaths })).kind, "failed");
    assert.deepEqual(peer.heard.flat().filter((line) => line !== "QUIT" && !line.startsWith("EHLO")), []);
  }));

const binary = { parameters: { BODY: "BINARYMIME" }, content: "A: b\r\n\r\n\r\n.\r\n\0\n\r\xff" };
const offersBinary = offers("CHUNKING", "BINARYMIME", "8BITMIME", "SIZE");

test("binary content goes by BDAT, octet for octet. RFC 3030 §2", () =>
  withPeer(offersBinary, async (peer, delivery) => {
    assert.deepEqual(await deliver(delivery, binary), taken);
    assert.deepEqual(await deliver(delivery), taken);
    assert.deepEqual(peer.heard[0]?.slice(1, 5), [
      "MAIL FROM:<a@client.test> SIZE=17 BODY=BINARYMIME",
      "RCPT TO:<b@server.test>",
      "BDAT 17 LAST",
      "(content)",
    ]);
    assert.deepEqual(peer.contents.map((content) => content.toString("latin1")), [
      binary.content,
      "Subject: x\r\n\r\nbody\r\n",
    ]);
  }));

test("a refused chunk leaves a session in which the next message can go", () =>
  withPeer({ ...offersBinary, content: ["554 5.6.0 no", "250 2.0.0 queued as 42"] }, async (peer, delivery) => {
    assert.deepEqual(await deliver(delivery, binary), { kind: "refused", code: 554, status: "5.6.0", text: ["no"] });
    assert.deepEqual(await deliver(delivery), taken);
    assert.deepEqual([peer.heard.length, peer.heard[0]?.[5]], [1, "RSET"]);
  }));

const end = "\r\n";

test("whatever the content is made of, its lines on the wire are its CRLF lines: all strings of {CR, LF, dot, a} up to 5", () =>
  withPeer({}, async (peer, delivery) => {
    let texts = [""];
    for (let length = 0; length <= 5; length++) {
      peer.contents.length = 0;
      // So many that none waits long for a connection.
      for (let from = 0; from < texts.length; from += 16) {
        const some = texts.slice(from, from + 16).map((text) => deliver(delivery, { content: `${text}${end}` }));
        await Promise.all(some);
      }
      const expected = texts.map((text) => stuffed(`${text}${end}`)).sort();
      assert.deepEqual(peer.contents.map((content) => content.toString("latin1")).sort(), expected);
      texts = texts.flatMap((text) => ["\r", "\n", ".", "a"].map((next) => text + next));
    }
    for (const content of peer.contents) assert.doesNotMatch(content.toString("latin1"), /\r(?!\n)|(?<!\r)\n/);
  }));

/** By hand: split at CRLF, clean each line, stuff its dot. */
function stuffed(text: string): string {
  return text.split("\r\n").map((line) => line.replace(/[\r\n]/g, " ").replace(/^\./, "..")).join("\r\n");
}
