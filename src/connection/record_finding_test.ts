// One line of the log and one step of the trail for every way in which asking a plugin can end.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Finding } from "../hooks/finding.ts";
import { parseRecord } from "../receipts/record.ts";
import { Trail } from "../receipts/trail.ts";
import { startSession } from "../smtp/session.ts";
import * as replies from "../smtp/replies.ts";
import { recordFinding } from "./record_finding.ts";

const end = { address: "192.0.2.1", port: 25 };
const session = startSession({ id: "1ke4z8q-7m2px40", client: end, server: end });
const reject = { verdict: "reject", text: ["We do not", "like it"] } as const;
const answered = {
  kind: "answered",
  answer: { ...reject, score: -2, marks: ["relay"] },
  micros: 12.4,
  fuel: 345,
} as const;
const passed = { kind: "answered", answer: { verdict: "pass" }, micros: 12.4, fuel: 345 } as const;
const judged = { kind: "judged", plugin: "p", onError: "defer" } as const;
const why = "We do not / like it";

const rows: readonly (readonly [finding: Finding, line: string, reason: string])[] = [
  [
    { kind: "skipped", plugin: "p", why: "immune: relay" },
    `debug skip {"why":"immune: relay"}`,
    "server: -",
  ],
  [
    { ...judged, result: passed, ruling: { kind: "passes" } },
    `debug pass {"micros":12,"fuel":345}`,
    "server: -",
  ],
  [
    { ...judged, result: answered, ruling: { kind: "refuses", refusal: reject } },
    `info fail {"micros":12,"fuel":345,"as":"reject","why":"${why}","score":-2,"marks":"relay for session"}`,
    `p: ${why}`,
  ],
  [
    { ...judged, result: answered, ruling: { kind: "tolerated", refusal: reject } },
    `info fail, tolerated {"micros":12,"fuel":345,"as":"reject","why":"${why}","score":-2,"marks":"relay for session"}`,
    "server: -",
  ],
  [
    {
      ...judged,
      result: { kind: "failed", failure: "cpu", message: "it ran on", micros: 50_000, fuel: 7 },
      ruling: { kind: "refuses", refusal: { verdict: "defer", text: "later" } },
    },
    `error plugin failed {"micros":50000,"fuel":7,"failure":"cpu","why":"it ran on","answered":"defer"}`,
    "p: it ran on",
  ],
];

for (const [finding, line, reason] of rows) {
  test(`${line} is the reason ${reason}`, () => {
    const logged: string[] = [];
    const kept: string[] = [];
    const trail = new Trail({ inReplies: true, keep: "all", put: (record) => void kept.push(record) });
    recordFinding({
      log: (level, message, fields) => {
        const { session: id, transaction: _none, hook, plugin, ...facts } = fields ?? {};
        deepEqual([id, hook, plugin], [session.id, "rcpt", "p"]);
        logged.push(`${level} ${message} ${JSON.stringify(facts)}`);
      },
      trail,
      session,
      hook: "rcpt",
      about: "<b@example.net>",
      shown: (text) => text,
    }, finding);
    trail.told(session, session, [replies.rcptRejected()]);
    trail.end(session, false);
    deepEqual(logged, [line]);
    const steps = parseRecord(kept[0] ?? "")?.steps ?? [];
    const [found, told] = steps;
    equal(steps.length, 2);
    equal(found !== undefined && "found" in found && line.includes(` ${found.found} `), true);
    equal(told !== undefined && "reply" in told ? `${told.by}: ${told.why ?? "-"}` : "", reason);
  });
}

test("a secret of the client is in neither", () => {
  const texts: string[] = [];
  const trail = new Trail({ inReplies: true, keep: "all", put: (record) => void texts.push(record) });
  const finding: Finding = { ...judged, result: answered, ruling: { kind: "refuses", refusal: reject } };
  const log = (_level: string, _message: string, fields: unknown): void => void texts.push(JSON.stringify(fields));
  recordFinding({ log, trail, session, hook: "auth", about: undefined, shown: () => "(not shown)" }, finding);
  trail.told(session, session, [replies.authenticationFailed()]);
  trail.end(session, false);
  deepEqual(texts.filter((text) => text.includes("We do not")), []);
  equal(texts.length, 2);
});
