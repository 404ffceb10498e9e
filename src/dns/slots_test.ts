// Turns to ask.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Slots } from "./slots.ts";

const never = new AbortController().signal;

test("those who wait get their turn in the order in which they came", async () => {
  const slots = new Slots(1, 10);
  assert.equal(slots.enter(never), "entered");
  const order: string[] = [];
  const waiting = ["a", "b"].map(async (name) => {
    assert.equal(await slots.enter(never), "entered");
    order.push(name);
    slots.leave();
  });
  slots.leave();
  await Promise.all(waiting);
  assert.deepEqual(order, ["a", "b"]);
  assert.equal(slots.enter(never), "entered");
});

test("who gives up while waiting takes no turn", async () => {
  const slots = new Slots(1, 10);
  const stop = new AbortController();
  await slots.enter(never);
  const waiting = slots.enter(stop.signal);
  stop.abort();
  assert.equal(await waiting, "aborted");
  slots.leave();
  assert.equal(slots.enter(never), "entered");
  assert.equal(slots.enter(stop.signal), "aborted");
});

test("the queue has an end", () => {
  const slots = new Slots(1, 1);
  void slots.enter(never);
  void slots.enter(never);
  assert.equal(slots.enter(never), "full");
});
