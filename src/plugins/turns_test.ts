import assert from "node:assert/strict";
import { test } from "node:test";
import { slice, Turns } from "./turns.ts";

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("quick calls go at once, until the slice is used up", async () => {
  const turns = new Turns();
  assert.equal(turns.enter(), undefined);
  turns.spend(slice / 2);
  assert.equal(turns.enter(), undefined);
  turns.spend(slice / 2);
  const waiting = turns.enter();
  assert.ok(waiting instanceof Promise);
  await waiting;
});

test("each turn of the event loop lets one in, in the order of their coming", async () => {
  const turns = new Turns();
  turns.spend(slice);
  const order: number[] = [];
  const all = [1, 2, 3].map(async (number) => {
    await turns.enter();
    order.push(number);
    turns.spend(slice);
  });
  await nextTurn();
  assert.deepEqual(order, [1]);
  await nextTurn();
  assert.deepEqual(order, [1, 2]);
  await Promise.all(all);
  assert.deepEqual(order, [1, 2, 3]);
});

test("quick ones in line share one turn", async () => {
  const turns = new Turns();
  turns.spend(slice);
  let began = 0;
  const all = [1, 2, 3, 4].map(async () => {
    await turns.enter();
    began++;
    turns.spend(slice / 3);
  });
  await nextTurn();
  assert.equal(began, 3);
  await Promise.all(all);
});

test("nobody overtakes the line, though there is time left", async () => {
  const turns = new Turns();
  const order: string[] = [];
  const first = turns.yield().then(() => order.push("first"));
  const second = turns.enter()?.then(() => order.push("second"));
  await Promise.all([first, second]);
  assert.deepEqual(order, ["first", "second"]);
});
