import assert from "node:assert/strict";
import { test } from "node:test";
import { Deadline } from "./deadline.ts";

interface Watched {
  readonly deadline: Deadline;
  expired(): number;
  /** Waits until it has expired; the milliseconds since it was made. */
  expiry(): Promise<number>;
  rest(milliseconds: number): Promise<void>;
}

function watch(): Watched {
  let count = 0;
  const first = Promise.withResolvers<number>();
  const began = performance.now();
  const deadline = new Deadline(() => {
    count++;
    first.resolve(performance.now() - began);
  });
  return {
    deadline,
    expired: () => count,
    expiry: () => first.promise,
    rest: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  };
}

test("it expires once, and not before its time", async () => {
  const { deadline, expired, expiry, rest } = watch();
  deadline.arm(60);
  const took = await expiry();
  assert.ok(took >= 59, `${took} ms`);
  await rest(80);
  assert.equal(expired(), 1);
});

test("a shorter wait behind a longer one expires in its own time", async () => {
  const { deadline, expiry } = watch();
  deadline.arm(10_000);
  deadline.disarm();
  deadline.arm(30);
  const took = await expiry();
  assert.ok(took >= 29 && took < 5000, `${took} ms`);
});

test("arming again moves it", async () => {
  const { deadline, expired, expiry, rest } = watch();
  deadline.arm(40);
  deadline.arm(100);
  const took = await expiry();
  assert.ok(took >= 99, `${took} ms`);
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
