import assert from "node:assert/strict";
import { test } from "node:test";
import { LineWriter } from "./line_writer.ts";

/** A stream that has written when `done` is called. */
interface Slow {
  readonly writes: string[];
  readonly done: (() => void)[];
  write(text: string, done: () => void): void;
}

function slow(): Slow {
  const writes: string[] = [];
  const done: (() => void)[] = [];
  return { writes, done, write: (text, written) => void (writes.push(text), done.push(written)) };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("lines of one turn leave in one write, in order", async () => {
  const target = slow();
  const writer = new LineWriter(target);
  writer.write("one");
  writer.write("two");
  assert.deepEqual(target.writes, []);
  await turn();
  assert.deepEqual(target.writes, ["one\ntwo\n"]);
});

test("a write is whole lines of at most 4096 octets, and the next waits until it has left", async () => {
  const target = slow();
  const writer = new LineWriter(target);
  const lines = Array.from({ length: 30 }, (_, index) => `${index} ${"é".repeat(200)}`);
  for (const line of lines) writer.write(line);
  await turn();
  assert.equal(target.writes.length, 1);
  for (let left = target.done.shift(); left !== undefined; left = target.done.shift()) left();
  assert.equal(target.writes.join(""), lines.map((line) => `${line}\n`).join(""));
  assert.deepEqual(target.writes.filter((text) => Buffer.byteLength(text) > 4096 || !text.endsWith("\n")), []);
  assert.equal(target.writes.length, 3);
});

test("when nobody reads, lines are dropped and counted", async () => {
  const target = slow();
  const writer = new LineWriter(target);
  const line = "x".repeat(1024 * 1024 - 1);
  for (let count = 0; count < 19; count++) writer.write(line);
  await turn();
  for (let left = target.done.shift(); left !== undefined; left = target.done.shift()) left();
  const text = target.writes.join("");
  assert.equal(text.match(/x\n/g)?.length, 16);
  assert.match(text, /^\(3 lines of the log were dropped: nobody read them in time\)$/m);
});
