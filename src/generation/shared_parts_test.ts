import assert from "node:assert/strict";
import { test } from "node:test";
import { type Part, SharedParts } from "./shared_parts.ts";

function part(): Part & { closings: number } {
  return {
    closings: 0,
    close(): Promise<void> {
      this.closings++;
      return Promise.resolve();
    },
  };
}

test("a part closes once, when the last who holds it lets go", async () => {
  const shared = new SharedParts();
  const one = part();
  const first = shared.add("a", one);
  const second = shared.take("a");
  assert.equal(second?.part, one);
  await first.release();
  await first.release();
  assert.deepEqual([one.closings, shared.size], [0, 1]);
  await second.release();
  assert.deepEqual([one.closings, shared.size], [1, 0]);
});

test("what is closing is found no more, and its key is free for another", async () => {
  const shared = new SharedParts();
  const closing = shared.add("a", part()).release();
  assert.equal(shared.take("a"), undefined);
  const other = part();
  const hold = shared.add("a", other);
  await closing;
  assert.equal(shared.take("a")?.part, other);
  await hold.release();
  assert.equal(other.closings, 0);
});

test("a second part of a key that is held is a bug", () => {
  const shared = new SharedParts();
  shared.add("a", part());
  assert.throws(() => shared.add("a", part()), /open already/);
});
