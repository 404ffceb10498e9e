import assert from "node:assert/strict";
import { test } from "node:test";
import { HoldBack } from "./hold_back.ts";
import type { Entry, Level, Outcome } from "./log.ts";
import type { Levels } from "./targets.ts";

type Given = readonly [
  session: string,
  level: Level,
  message: string,
  outcome?: Outcome | undefined,
  transaction?: string,
];

const adaptive: Levels = { level: "info", accepted: "info", refused: "debug" };
const quiet: Levels = { level: "info", accepted: "warn", refused: "info" };

function written(levels: Levels, given: readonly Given[]): readonly string[] {
  const messages: string[] = [];
  const holdBack = new HoldBack(levels, (entry) => messages.push(entry.message));
  for (const [session, level, message, outcome, transaction] of given) {
    holdBack.take(entryOf(session, level, message, transaction), outcome);
  }
  return messages;
}

function entryOf(session: string, level: Level, message: string, transaction?: string): Entry {
  return { time: "t", level, message, fields: { session: session === "" ? undefined : session, transaction } };
}

const rows: readonly (readonly [rule: string, levels: Levels, given: readonly Given[], expected: string])[] = [
  ["what belongs to no session goes by level", adaptive, [["", "debug", "a"], ["", "info", "b"]], "b"],
  ["what both want is written at once", adaptive, [["s", "info", "a"]], "a"],
  ["what one wants waits", adaptive, [["s", "debug", "a"]], ""],
  ["a refusal brings it, before itself", adaptive, [["s", "debug", "a"], ["s", "info", "b", "refused"]], "a b"],
  ["after a refusal nothing waits", adaptive, [["s", "info", "a", "refused"], ["s", "debug", "b"]], "a b"],
  ["an accepted message drops it", adaptive, [["s", "debug", "a"], ["s", "info", "b", "accepted"]], "b"],
  [
    "what was accepted is over: the next message of the session is judged anew",
    adaptive,
    [["s", "debug", "a"], ["s", "info", "b", "accepted"], ["s", "debug", "c"], ["s", "debug", "d", "refused"]],
    "b c d",
  ],
  ["an end without a refusal drops it", adaptive, [["s", "debug", "a"], ["s", "info", "b", "over"]], "b"],
  ["one session's refusal is not another's", adaptive, [["s", "debug", "a"], ["t", "debug", "b", "refused"]], "b"],
  [
    "a refused transaction is forgotten with the next",
    adaptive,
    [["s", "debug", "a", "refused", "1"], ["s", "debug", "b", undefined, "1"], ["s", "debug", "c", undefined, "2"]],
    "a b",
  ],
  [
    "accepted mail can be told in less detail than level",
    quiet,
    [["s", "info", "a"], ["s", "warn", "b"], ["s", "info", "c", "accepted"]],
    "b",
  ],
  ["and refused mail still is told", quiet, [["s", "info", "a"], ["s", "debug", "b", "refused"]], "a"],
  ["who is turned away is refused", quiet, [["s", "info", "a", "turned away"]], "a"],
  [
    "without two levels nothing waits",
    { level: "warn", accepted: "debug", refused: "debug" },
    [["s", "debug", "a"], ["", "info", "b"]],
    "a",
  ],
];

for (const [rule, levels, given, expected] of rows) {
  test(rule, () => assert.equal(written(levels, given).join(" "), expected));
}

test("of one session 500 entries are held, then the oldest are left out, and counted", () => {
  const given = Array.from({ length: 620 }, (_, index): Given => ["s", "debug", `m${index}`]);
  const messages = written(adaptive, [...given, ["s", "info", "end", "refused"]]);
  assert.deepEqual(messages.slice(0, 2), ["lines held back were left out", "m120"]);
  assert.equal(messages.length, 1 + 500 + 1);
});

test("of all sessions 16 MiB are held, then those that began first are written as if they were over", () => {
  const messages: string[] = [];
  const levels: Levels = { level: "info", accepted: "debug", refused: "error" };
  const holdBack = new HoldBack(levels, (entry) => messages.push(entry.message));
  const text = "x".repeat(10_000);
  for (let session = 0; session < 2000; session++) {
    holdBack.take({ time: "t", level: "info", message: `m${session}`, fields: { session: `s${session}`, text } });
  }
  assert.ok(messages.length > 300 && messages.length < 600, String(messages.length));
  assert.deepEqual(messages.slice(0, 2), ["m0", "m1"]);
});
