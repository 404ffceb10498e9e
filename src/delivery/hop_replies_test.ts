// Replies of the next server, as the client is told.

import assert from "node:assert/strict";
import test from "node:test";
import { mailbox } from "../../test/support/spooled.ts";
import type { Reply } from "../smtp/reply.ts";
import { passedOn, refusedRecipients, resultOf } from "./hop_replies.ts";

const rows: readonly (readonly [title: string, reply: Reply, refused: object])[] = [
  [
    "code, status and lines are passed on",
    { code: 550, status: "5.7.1", lines: ["no", "never"] },
    { code: 550, status: "5.7.1", text: ["no", "never"] },
  ],
  ["a status of another class is not", { code: 450, status: "5.7.1", lines: ["no"] }, { code: 450, text: ["no"] }],
  ["421 would close our session", { code: 421, status: "4.3.2", lines: ["bye"] }, {
    code: 451,
    status: "4.3.2",
    text: ["bye"],
  }],
  ["530 is a demand on us", { code: 530, status: "5.7.0", lines: ["log in"] }, {
    code: 451,
    status: "4.3.5",
    text: ["The connection to the next server broke"],
    reason: "530 5.7.0 log in",
  }],
  ["a refusal always has a text", { code: 550, lines: [""] }, { code: 550, text: ["Refused by the next server"] }],
  ["nothing but printable characters", { code: 550, lines: ["a\x1b[2J\r\nü"] }, { code: 550, text: ["a?[2J???"] }],
  ["bounded", { code: 550, lines: Array(100).fill("x".repeat(1000)) }, {
    code: 550,
    text: Array(20).fill("x".repeat(400)),
  }],
];

for (const [title, reply, refused] of rows) {
  test(title, () => assert.deepEqual(passedOn(reply), { kind: "refused", ...refused }));
}

const ok: Reply = { code: 250, status: "2.1.5", lines: ["ok"] };
const gone: Reply = { code: 550, status: "5.1.1", lines: ["gone"] };
const full: Reply = { code: 452, status: "4.2.2", lines: ["full"] };

const recipients:
  readonly (readonly [title: string, replies: readonly Reply[], code?: number, text?: readonly string[]])[] = [
    ["nobody refused", [ok, ok]],
    ["one refused for good", [ok, gone], 550, ["<b@x.test>: gone"]],
    ["one refused for now", [full, ok], 452, ["<a@x.test>: full"]],
    ["one of each is for now, and names both", [gone, full], 452, ["<a@x.test>: gone", "<b@x.test>: full"]],
  ];

for (const [title, replies, code, text] of recipients) {
  test(`recipients: ${title}`, () => {
    const refused = refusedRecipients([mailbox("a@x.test"), mailbox("b@x.test")], replies.map(resultOf));
    assert.deepEqual([refused?.code, refused?.text], [code, text]);
  });
}
