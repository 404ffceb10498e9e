// Which record a step comes into, when it is given away, and that a refusal in it has a reason.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import type { Reply } from "../smtp/reply.ts";
import * as replies from "../smtp/replies.ts";
import { type Session, startSession } from "../smtp/session.ts";
import { type DecisionRecord, type Keep, parseRecord } from "./record.ts";
import { recordRefusal, Trail } from "./trail.ts";

const client = { address: "192.0.2.1", port: 4711 };
const session: Session = startSession({ id: "1ke4z8q-7m2px40", client, server: { address: "192.0.2.2", port: 25 } });

function within(number: number, domains: readonly string[] = []): Session {
  const forwardPaths = domains.map((domain) => ({ localPart: "b", domain }));
  const id = `${session.id}.${number}`;
  return { ...session, transaction: { id, reversePath: null, forwardPaths, parameters: {}, refusedRecipients: 0 } };
}

interface Recorded {
  readonly trail: Trail;
  readonly records: readonly DecisionRecord[];
  readonly lines: readonly string[];
}

function recording(keep: Keep = "all"): Recorded {
  const records: DecisionRecord[] = [];
  const lines: string[] = [];
  const put = (line: string): void => {
    lines.push(line);
    const record = parseRecord(line);
    if (record !== undefined) records.push(record);
  };
  return { trail: new Trail({ inReplies: true, keep, put }), records, lines };
}

/** The steps of a record in a few words each. */
function steps({ steps }: Pick<DecisionRecord, "steps">): readonly string[] {
  return steps.map((step) => {
    if ("found" in step) return `${step.hook} ${step.plugin} ${step.found}`;
    if ("reply" in step) return `${step.reply} ${step.by}: ${step.why ?? "-"}`;
    return "fate" in step ? `${step.fate} ${step.codes}` : step.note;
  });
}

function pass(trail: Trail, hook: string): void {
  trail.found({ hook, plugin: "p", found: "pass" }, false);
}

/** A whole session: a message taken, and if `refusing`, a recipient refused in a second transaction. */
function talk(trail: Trail, refusing: boolean): void {
  pass(trail, "connect");
  trail.told(session, session, [replies.greeting("mx", "ready")]);
  pass(trail, "mail");
  trail.told(session, within(1), [replies.mailAccepted()]);
  pass(trail, "rcpt");
  trail.told(within(1), within(1, ["example.net"]), [replies.rcptAccepted()]);
  trail.ended("accepted", [replies.done()], 12, "stored");
  trail.told(within(1, ["example.net"]), session, [replies.messageAccepted("x")]);
  if (refusing) {
    trail.told(session, within(2), [replies.mailAccepted()]);
    trail.found({ hook: "rcpt", plugin: "q", found: "fail", why: "no such user" }, true);
    trail.told(within(2), within(2), [replies.rcptRejected()]);
    trail.told(within(2), session, [replies.done()]);
  }
  trail.told(session, session, [replies.goodbye("mx")]);
  trail.end(session, false);
}

test("a transaction is recorded when it ends, with what the session had shown before, and what MAIL was asked", () => {
  const { trail, records } = recording();
  talk(trail, true);
  deepEqual(records.map(({ id }) => id), [`${session.id}.1`, `${session.id}.2`]);
  const [first, second] = records;
  ok(first !== undefined && second !== undefined);
  deepEqual(steps(first), ["connect p pass", "mail p pass", "rcpt p pass", "accepted 250"]);
  deepEqual([first.from, first.to], ["<>", ["<b@example.net>"]]);
  deepEqual(steps(second), ["connect p pass", "rcpt q fail", "550 q: no such user"]);
});

test("refusals alone: a transaction without one is not recorded, and a session without one neither", () => {
  const { trail, records } = recording("refusals");
  talk(trail, true);
  deepEqual(records.map(({ id }) => id), [`${session.id}.2`]);
  const quiet = recording("refusals");
  talk(quiet.trail, false);
  deepEqual(quiet.records, []);
});

test("off: nothing at all", () => {
  const { trail, lines } = recording("off");
  talk(trail, true);
  deepEqual(lines, []);
});

test("a session without a transaction is recorded, one with a refusal outside its transactions too", () => {
  const bare = recording();
  bare.trail.told(session, session, [replies.greeting("mx", "ready")]);
  bare.trail.end(session, true);
  deepEqual(bare.records.map(steps), [["the client left without QUIT"]]);
  const erring = recording("refusals");
  erring.trail.told(session, session, [replies.needMailFirst()]);
  erring.trail.end(session, false);
  deepEqual(erring.records.map(steps), [["503 server: -"]]);
});

test("a client that leaves within a transaction: it is recorded so far", () => {
  const { trail, records } = recording();
  trail.told(session, within(1), [replies.mailAccepted()]);
  pass(trail, "data_headers_end");
  trail.end(within(1), true);
  deepEqual(records.map(steps), [["data_headers_end p pass", "the client left without QUIT"]]);
});

const reasons: readonly (readonly [title: string, happen: (trail: Trail) => void, reply: Reply, expected: string])[] = [
  [
    "the plugin that refuses, before what the server notes of it",
    (trail) => {
      trail.found({ hook: "rcpt", plugin: "q", found: "fail", why: "listed" }, true);
      trail.ended("refused", [], 1, undefined);
      trail.noted("authentication failed", { why: "notAuthorized" });
    },
    replies.rcptRejected(),
    "550 q: listed",
  ],
  [
    "a plugin without a word",
    (trail) => trail.found({ hook: "rcpt", plugin: "q", found: "fail" }, true),
    replies.rcptRejected(),
    "550 q: fail, without a word",
  ],
  [
    "an earlier word of a plugin",
    (trail) => trail.noted("refused for what was found before", { by: "dnsbl", why: "listed" }),
    replies.rcptRejected(),
    "550 dnsbl: refused for what was found before: listed",
  ],
  ["silence", (trail) => trail.noted("nobody took it"), replies.relayingDenied(), "550 server: nobody took it"],
  [
    "the backend",
    (trail) => trail.ended("failed", [], 1, "no space"),
    replies.internalFailure(),
    "451 delivery: no space",
  ],
  ["what a plugin tolerates is none", (trail) => pass(trail, "rcpt"), replies.needRcptFirst(), "503 server: -"],
];

for (const [title, happen, reply, expected] of reasons) {
  test(`the reason of a refusal: ${title}`, () => {
    const { trail, records } = recording();
    happen(trail);
    trail.told(session, session, [reply, replies.needRcptFirst()]);
    trail.told(session, session, [replies.needMailFirst()]);
    trail.end(session, false);
    const told = records.flatMap(steps).filter((step) => /^\d/.test(step));
    equal(told[0], expected);
    equal(told.at(-1), "503 server: -", "a reason is that of one turn alone");
  });
}

test("in LMTP each recipient is refused for its own reason", () => {
  const { trail, records } = recording();
  const three = within(1, ["a.test", "b.test", "c.test"]);
  trail.found({ hook: "data_post", plugin: "spam", found: "fail", why: "junk" }, true, [1]);
  trail.found({ hook: "data_post", plugin: "virus", found: "fail", why: "worm" }, true, [2]);
  trail.ended("each", [], 1, undefined);
  trail.told(three, session, [replies.messageAccepted("x"), replies.messageRejected(), replies.messageRejected()]);
  deepEqual(records.flatMap(steps).filter((step) => step.startsWith("550")), ["550 spam: junk", "550 virus: worm"]);
});

test("whoever is turned away has a record", () => {
  const lines: string[] = [];
  const receipts = { inReplies: true, keep: "refusals", put: (line: string): void => void lines.push(line) } as const;
  recordRefusal(receipts, session.id, "192.0.2.1", replies.tooManyConnections());
  deepEqual(lines.map((line) => parseRecord(line)?.id), [session.id]);
  recordRefusal({ ...receipts, keep: "off" }, session.id, "192.0.2.1", replies.tooManyConnections());
  equal(lines.length, 1);
});

test("a record is bounded, refusals outlive what passes, and what is left out is counted", () => {
  const { trail, records, lines } = recording();
  for (let count = 0; count < 5000; count++) trail.found({ hook: "noop", plugin: "p", found: "pass" }, false);
  for (let count = 0; count < 50; count++) {
    trail.found({ hook: "rcpt", plugin: "q", found: "fail", why: "w".repeat(5000) }, true);
    trail.told(session, session, [replies.rcptRejected()]);
  }
  trail.end(session, false);
  const [record] = records;
  ok((lines[0] ?? "").length < 100_000, `${lines[0]?.length}`);
  equal(record?.steps.filter((step) => "reply" in step).length, 50);
  equal(record?.steps.length, 5100 - (record?.omitted ?? 0));
});

test("of a long session a transaction repeats the beginning and the end alone: its client could fill the store with it", () => {
  const { trail, records, lines } = recording();
  pass(trail, "connect");
  for (let count = 0; count < 500; count++) {
    trail.found({ hook: "ehlo", plugin: "helo", found: "fail, late", why: `Not believed ${count}` }, false);
    trail.told(session, session, [replies.done()]);
  }
  for (let number = 1; number <= 3; number++) {
    trail.told(session, within(number), [replies.mailAccepted()]);
    pass(trail, "rcpt");
    trail.told(within(number), session, [replies.done()]);
  }
  ok(lines.every((line) => line.length < 8000), lines.map((line) => line.length).join());
  for (const record of records) {
    equal(record.steps.length, 502 - (record.omitted ?? 0));
    const told = steps(record);
    deepEqual([told[0], told[1], told.at(-2), told.at(-1)], [
      "connect p pass",
      "ehlo helo fail, late",
      "ehlo helo fail, late",
      "rcpt p pass",
    ]);
    const whys = record.steps.flatMap((step) => "found" in step && step.why !== undefined ? [step.why] : []);
    deepEqual([whys[0], whys.at(-1)], ["Not believed 0", "Not believed 499"]);
  }
});

test("what is written short reads as what is written long", () => {
  const { trail, records } = recording();
  const all = [
    { hook: "connect", plugin: "p", found: "pass" },
    { hook: "connect", plugin: "p", found: "pass", micros: 12, fuel: 3400 },
    { hook: "rcpt", plugin: "p", about: `<"\\"@x>`, found: "pass", micros: 12 },
    { hook: "rcpt", plugin: "p", found: "pass", why: `"`, score: 0, marks: "relay" },
  ];
  for (const step of all) trail.found(step, false);
  trail.end(session, false);
  deepEqual(records[0]?.steps.map(({ at: _at, ...step }) => step), all);
});

test("outside strings are escaped and cut", () => {
  const { trail, lines } = recording();
  trail.found({ hook: "rcpt", plugin: "q", found: "fail", why: `\u202e\r\n\u001b[2J${"é".repeat(1000)}` }, true);
  trail.told({ ...session, hello: { verb: "EHLO", name: "\u2028" } }, session, [replies.rcptRejected()]);
  trail.end(session, false);
  ok(/^[\x20-\x7e]*$/.test(lines[0] ?? ""));
  ok((lines[0] ?? "").length < 5000);
});
