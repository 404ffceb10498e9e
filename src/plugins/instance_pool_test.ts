// The pool with plain objects for instances.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Created, InstancePool, type PoolOptions } from "./instance_pool.ts";

interface Piece {
  readonly number: number;
  disposed: boolean;
  dispose(): void;
}

/** A pool, and all that it ever made; `failing` creations fail first. */
function poolOf(options: PoolOptions, failing = 0): { readonly pool: InstancePool<Piece>; readonly made: Piece[] } {
  const made: Piece[] = [];
  let failed = 0;
  const create = (): Promise<Created<Piece>> => {
    if (failed++ < failing) return Promise.resolve({ kind: "failed", message: "out of memory" });
    const piece: Piece = {
      number: made.length,
      disposed: false,
      dispose(): void {
        this.disposed = true;
      },
    };
    made.push(piece);
    return Promise.resolve({ kind: "created", instance: piece });
  };
  return { pool: new InstancePool(create, options), made };
}

async function take(pool: InstancePool<Piece>, withinMs = 1000): Promise<Piece> {
  const taken = await pool.take(withinMs);
  return taken.kind === "taken" ? taken.instance : assert.fail(taken.kind);
}

test("an instance is in one pair of hands at a time", async () => {
  const { pool } = poolOf({ instances: 2 });
  const [a, b] = await Promise.all([take(pool), take(pool)]);
  assert.notEqual(a, b);
  assert.equal(pool.takeIdle(), undefined);
  pool.giveBack(a);
  assert.equal(pool.takeIdle(), a);
});

test("it grows only when a call finds none idle, and never over its most", async () => {
  const { pool, made } = poolOf({ instances: 3 });
  for (let i = 0; i < 5; i++) pool.giveBack(await take(pool));
  assert.equal(made.length, 1);
  const work = Array.from({ length: 20 }, async () => {
    const piece = await take(pool);
    await Promise.resolve();
    pool.giveBack(piece);
  });
  await Promise.all(work);
  assert.equal(made.length, 3);
});

test("who waits is served in order of arrival", async () => {
  const { pool } = poolOf({ instances: 1 });
  const held = await take(pool);
  const order: string[] = [];
  const waits = ["first", "second"].map(async (who) => {
    const piece = await take(pool);
    order.push(who);
    pool.giveBack(piece);
  });
  pool.giveBack(held);
  await Promise.all(waits);
  assert.deepEqual(order, ["first", "second"]);
});

test("waiting ends at the deadline, and its place is free again", async () => {
  const { pool } = poolOf({ instances: 1, waiting: 1 });
  const held = await take(pool);
  assert.deepEqual(await pool.take(5), { kind: "deadline" });
  const waits = take(pool);
  pool.giveBack(held);
  assert.equal(await waits, held);
});

test("no more than so many wait", async () => {
  const { pool } = poolOf({ instances: 1, waiting: 1 });
  const held = await take(pool);
  const waits = take(pool);
  assert.deepEqual(await pool.take(1000), { kind: "busy" });
  pool.giveBack(held);
  await waits;
});

test("a discarded instance is disposed and replaced for who waits", async () => {
  const { pool, made } = poolOf({ instances: 1 });
  const held = await take(pool);
  const waits = take(pool);
  pool.discard(held);
  assert.equal((await waits).number, 1);
  assert.deepEqual(made.map((piece) => piece.disposed), [true, false]);
});

test("an instance that cannot be made fails one call only", async () => {
  const { pool } = poolOf({ instances: 1 }, 1);
  const [first, second] = await Promise.all([pool.take(1000), pool.take(1000)]);
  assert.deepEqual(first, { kind: "failed", message: "out of memory" });
  assert.equal(second.kind, "taken");
});

test("close sends away who waits, waits for who works, and leaves nothing undisposed", async () => {
  const { pool, made } = poolOf({ instances: 2 });
  const [a, b] = await Promise.all([take(pool), take(pool)]);
  const waits = pool.take(1000);
  let closed = false;
  const closing = pool.close().then(() => closed = true);
  assert.deepEqual(await waits, { kind: "closed" });
  assert.deepEqual(await pool.take(1000), { kind: "closed" });
  pool.giveBack(a);
  await Promise.resolve();
  assert.equal(closed, false);
  pool.discard(b);
  await closing;
  assert.deepEqual(made.map((piece) => piece.disposed), [true, true]);
});

test("close waits for an instance that is still being made", async () => {
  const { pool, made } = poolOf({ instances: 1 });
  const waits = pool.take(1000);
  await pool.close();
  assert.deepEqual(await waits, { kind: "closed" });
  assert.deepEqual(made.map((piece) => piece.disposed), [true]);
});

test("giving back what was not taken is a bug", async () => {
  const { pool } = poolOf({ instances: 1 });
  const held = await take(pool);
  pool.giveBack(held);
  assert.throws(() => pool.giveBack(held), /nobody had taken/);
});
