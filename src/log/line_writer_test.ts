import assert from "node:assert/strict";
import { test } from "node:test";
import { LineWriter } from "./line_writer.ts";

function sink(writableLength: number): { writes: string[]; writableLength: number; write(text: string): boolean } {
  const writes: string[] = [];
  return { writes, writableLength, write: (text) => writes.push(text) > 0 };
}

test("lines of one turn leave in one write, in order", async () => {
  const target = sink(0);
  const writer = new LineWriter(target);
  writer.write("one");
  writer.write("two");
  assert.deepEqual(target.writes, []);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(target.writes, ["one\ntwo\n"]);
});

test("when nobody reads, lines are dropped and counted", () => {
  const target = sink(20_000_000);
  const writer = new LineWriter(target);
  for (let count = 0; count < 3; count++) writer.write("lost");
  writer.flush();
  assert.deepEqual(target.writes, []);
  target.writableLength = 0;
  writer.write("kept");
  writer.flush();
  assert.deepEqual(target.writes, ["kept\n", "(3 lines of the log were dropped: nobody read them in time)\n"]);
});
