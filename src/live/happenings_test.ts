import assert from "node:assert/strict";
import { test } from "node:test";
import type { Happening } from "./happening.ts";
import { Happenings } from "./happenings.ts";

function opened(): Happenings {
  let time = 0;
  return new Happenings({ pid: 7, now: () => ++time });
}

async function take(from: AsyncIterable<Happening> | undefined, count: number): Promise<readonly Happening[]> {
  const taken: Happening[] = [];
  if (from === undefined) throw new Error("not subscribed");
  if (count === 0) return taken;
  for await (const happening of from) {
    taken.push(happening);
    if (taken.length === count) break;
  }
  return taken;
}

function ids(happenings: readonly Happening[]): readonly (number | string)[] {
  return happenings.map(({ kind, id, facts }) => kind === "lost" ? `lost ${facts["count"]} to ${id}` : id);
}

function publish(happenings: Happenings, count: number): void {
  for (let number = 0; number < count; number++) happenings.publish("reload", { number });
}

const never = new AbortController().signal;

test("who subscribes hears what happens from then on, with numbers that count up", async () => {
  const happenings = opened();
  publish(happenings, 2);
  const heard = happenings.subscribe(never);
  happenings.publish("connected", { client: "192.0.2.1" }, "S1");
  happenings.publish("reload", {});
  assert.deepEqual(await take(heard, 2), [
    { id: 3, at: 3, pid: 7, kind: "connected", session: "S1", facts: { client: "192.0.2.1" } },
    { id: 4, at: 4, pid: 7, kind: "reload", facts: {} },
  ]);
  assert.equal(happenings.subscribers, 0);
});

const catchingUp: readonly (readonly [published: number, after: number, heard: readonly (number | string)[]])[] = [
  [5, 3, [4, 5, 6]],
  [5, 5, [6]],
  [5, 0, [1, 2, 3, 4, 5, 6]],
  // Of another process, or of the one before this: it says nothing.
  [5, 99, [6]],
  [1003, 1001, [1002, 1003, 1004]],
  [1010, 2, ["lost 8 to 10", ...Array.from({ length: 1001 }, (_, index) => index + 11)]],
];

for (const [published, after, expected] of catchingUp) {
  test(`who comes back with ${after} after ${published} hears what is remembered, and how much is not`, async () => {
    const happenings = opened();
    publish(happenings, published);
    const heard = happenings.subscribe(never, { after });
    publish(happenings, 1);
    assert.deepEqual(ids(await take(heard, expected.length)), expected);
  });
}

test("a slow reader loses the oldest, is told how many, and holds up nobody", async () => {
  const happenings = opened();
  const slow = happenings.subscribe(never);
  publish(happenings, 10_500);
  const heard = await take(slow, 900);
  assert.equal(heard[0]?.kind, "lost");
  const lost = Number(heard[0]?.facts["count"]);
  assert.equal(heard[1]?.id, lost + 1);
  assert.equal(heard[0]?.id, lost);
  assert.ok(lost >= 8_500 && lost < 10_500, `${lost}`);
});

test("mere passes are for those who want them, and are not remembered", async () => {
  const happenings = opened();
  const plain = happenings.subscribe(never);
  assert.equal(happenings.wantsDetail, false);
  happenings.publish("verdict", { found: "passes" }, "S1", true);
  const detailed = happenings.subscribe(never, { detail: true, after: 0 });
  assert.equal(happenings.wantsDetail, true);
  happenings.publish("verdict", { found: "passes" }, "S2", true);
  happenings.publish("verdict", { found: "refuses" }, "S2");
  assert.deepEqual((await take(plain, 1)).map(({ facts }) => facts["found"]), ["refuses"]);
  assert.deepEqual((await take(detailed, 2)).map(({ facts }) => facts["found"]), ["passes", "refuses"]);
});

test("an aborted signal ends the stream, also of one who waits or never reads", async () => {
  const happenings = opened();
  const [waits, idle] = [new AbortController(), new AbortController()];
  const heard = happenings.subscribe(waits.signal) ?? assert.fail();
  assert.notEqual(happenings.subscribe(idle.signal), undefined);
  const next = heard[Symbol.asyncIterator]().next();
  waits.abort();
  idle.abort();
  assert.deepEqual(await next, { done: true, value: undefined });
  assert.equal(happenings.subscribers, 0);
});

test("a hundred may subscribe, and no more", () => {
  const happenings = opened();
  const over = new AbortController();
  for (let number = 0; number < 100; number++) assert.notEqual(happenings.subscribe(over.signal), undefined);
  assert.equal(happenings.subscribe(over.signal), undefined);
  over.abort();
  assert.notEqual(happenings.subscribe(never), undefined);
});
