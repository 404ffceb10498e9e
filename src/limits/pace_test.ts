// Which clients are too slow, told as waits one after another.

import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, type Judgement, type PaceLimits, sessionLeft, unpaced, type Wait } from "./pace.ts";

const limits: PaceLimits = { data: 10_000, slowest: 100, message: 60_000 };

/** Milliseconds waited and octets that came then. */
type Waits = readonly (readonly [waited: number, octets: number])[];

function judged(waits: Waits, { session = Infinity, ...given }: Partial<PaceLimits & { session: number }> = {}): {
  readonly last: Judgement;
  readonly at: number;
} {
  let pace = unpaced;
  let passed = 0;
  let last: Judgement = judge(pace, { waited: 0, octets: 0 }, { ...limits, ...given }, session);
  for (const [at, [waited, octets]] of waits.entries()) {
    passed += waited;
    last = judge(pace, { waited, octets }, { ...limits, ...given }, sessionLeft(0, passed, session));
    if (last.kind !== "ok") return { last, at };
    pace = last.pace;
  }
  return { last, at: waits.length };
}

function times(count: number, waited: number, octets: number): Waits {
  return Array.from({ length: count }, () => [waited, octets]);
}

interface Row {
  readonly title: string;
  readonly waits: Waits;
  readonly limits?: Partial<PaceLimits & { session: number }>;
  readonly kind: Judgement["kind"];
  /** After how many waits. */
  readonly at: number;
}

const rows: readonly Row[] = [
  { title: "an octet a second is too slow once the grace is over", waits: times(20, 1000, 1), kind: "tooSlow", at: 9 },
  { title: "within the grace nobody is too slow", waits: times(9, 1000, 1), kind: "ok", at: 9 },
  { title: "exactly the slowest pace is enough", waits: times(50, 1000, 100), kind: "ok", at: 50 },
  { title: "a little less is not", waits: [...times(9, 1000, 100), [1000, 99]], kind: "tooSlow", at: 9 },
  {
    title: "a quick beginning does not pay for what comes after the next look",
    waits: [[0, 1_000_000], ...times(30, 1000, 1)],
    kind: "tooSlow",
    at: 20,
  },
  { title: "one burst in each look is enough", waits: [[9000, 1000], [1000, 1], [9000, 1000]], kind: "ok", at: 3 },
  { title: "no octets at all: silent", waits: [[1000, 1_000_000], [10_000, 0]], kind: "silent", at: 1 },
  { title: "silence adds up over waits", waits: [[0, 9999], [5000, 0], [5000, 0]], kind: "silent", at: 2 },
  { title: "an octet ends silence", waits: [[0, 9999], [9000, 0], [999, 1], [9000, 0]], kind: "ok", at: 4 },
  { title: "a message has an end", waits: times(100, 1000, 5000), kind: "messageTooLong", at: 59 },
  { title: "so has a session", waits: times(9, 1000, 500), limits: { session: 5000 }, kind: "sessionTooLong", at: 4 },
  { title: "0 is no pace", waits: times(50, 1000, 1), limits: { slowest: 0 }, kind: "ok", at: 50 },
  {
    title: "without a deadline a message may go on",
    waits: times(500, 1000, 101),
    limits: { message: Infinity },
    kind: "ok",
    at: 500,
  },
];

for (const { title, waits, limits, kind, at } of rows) {
  test(title, () => {
    const { last, at: reached } = judged(waits, limits);
    assert.deepEqual([last.kind, reached], [kind, at]);
  });
}

const bounds: readonly [title: string, waits: Waits, session: number, atMost: number][] = [
  ["the first wait: as long as mail data may take", [], Infinity, 10_000],
  ["then to the next look", [[4000, 500]], Infinity, 6000],
  ["after a look: to the end of the silence, or to the next look", [[10_000, 5000]], Infinity, 10_000],
  ["silence goes on over a look", [[6000, 5000], [4000, 0]], Infinity, 6000],
  ["never beyond the end of the message", times(58, 1000, 500), Infinity, 2000],
  ["nor of the session", [[1000, 500]], 3000, 2000],
];

for (const [title, waits, session, atMost] of bounds) {
  test(`how long to wait: ${title}`, () => {
    const { last } = judged(waits, { session });
    assert.ok(last.kind === "ok");
    assert.equal(last.waitAtMost, atMost);
  });
}

test("whoever waits no longer than told comes to an end, whatever comes", () => {
  for (let seed = 1; seed <= 200; seed++) {
    let [pace, waitAtMost, passed, turns, random] = [unpaced, 0, 0, 0, seed];
    for (;; turns++) {
      random = (random * 48_271) % 2_147_483_647;
      const wait: Wait = random % 3 === 0
        ? { waited: waitAtMost, octets: 0 }
        : { waited: random % Math.max(1, waitAtMost), octets: random % 3000 };
      passed += wait.waited;
      const judgement = judge(pace, wait, limits, sessionLeft(0, passed, 100_000));
      if (judgement.kind !== "ok") break;
      assert.ok(judgement.waitAtMost > 0 && judgement.waitAtMost <= limits.data);
      [pace, waitAtMost] = [judgement.pace, judgement.waitAtMost];
    }
    assert.ok(passed <= limits.message, `${turns} turns, ${passed} ms`);
  }
});
