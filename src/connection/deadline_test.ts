import assert from "node:assert/strict";
import { test } from "node:test";
import { Deadline } from "./deadline.ts";

function watch(): { deadline: Deadline; expired: () => number; rest: (milliseconds: number) => Promise<void> } {
  let count = 0;
  const deadline = new Deadline(() => count++);
  return {
    deadline,
    expired: () => count,
    rest: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  };
}

test("it expires once, and not before its time", async () => {
  const { deadline, expired, rest } = watch();
  deadline.arm(60);
  await rest(20);
  assert.equal(expired(), 0);
  await rest(80);
  assert.equal(expired(), 1);
  await rest(80);
  assert.equal(expired(), 1);
});

test("a shorter wait behind a longer one expires in its own time", async () => {
  const { deadline, expired, rest } = watch();
  deadline.arm(10_000);
  deadline.disarm();
  deadline.arm(30);
  await rest(80);
  assert.equal(expired(), 1);
});

test("arming again moves it", async () => {
  const { deadline, expired, rest } = watch();
  deadline.arm(40);
  await rest(20);
  deadline.arm(100);
  await rest(60);
  assert.equal(expired(), 0);
  await rest(80);
  assert.equal(expired(), 1);
});

test("disarmed or cancelled it stays silent", async () => {
  const { deadline, expired, rest } = watch();
  deadline.arm(20);
  deadline.disarm();
  await rest(50);
  deadline.arm(20);
  deadline.cancel();
  await rest(50);
  assert.equal(expired(), 0);
});
