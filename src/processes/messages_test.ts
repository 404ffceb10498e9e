// What primary and worker take from each other, and what they do not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { boundedLines, parseFromWorker, parseToWorker } from "./messages.ts";

const toWorker: readonly (readonly [message: unknown, isTaken: boolean])[] = [
  [{ kind: "reload" }, true],
  [{ kind: "drain" }, true],
  [{ kind: "retire" }, true],
  [{ kind: "ask", id: 1, question: "status", about: "" }, true],
  [{ kind: "ask", id: -1, question: "status", about: "" }, false],
  [{ kind: "listen", on: true }, true],
  [{ kind: "exec" }, false],
  [{ kind: "drain", more: 1 }, false],
  ["drain", false],
  [null, false],
];

const changes = { added: [], changed: ["a"], removed: [], kept: [], rejudged: [], tables: [] };

const fromWorker: readonly (readonly [message: unknown, isTaken: boolean])[] = [
  [{ kind: "listening", lines: ["a"], complaints: [] }, true],
  [{ kind: "failed", complaints: ["a"] }, true],
  [{ kind: "reloaded", number: 2, changes, warnings: [] }, true],
  [{ kind: "reloaded", number: 2, changes: {}, warnings: [] }, false],
  [{ kind: "kept", number: 1, problems: [] }, true],
  [{ kind: "answer", id: 1, value: { any: "thing" } }, true],
  [{ kind: "answer", id: "1" }, false],
  [{ kind: "happened", values: [1] }, true],
  [{ kind: "happened", values: Array(1001).fill(1) }, false],
  [{ kind: "listening", lines: "a", complaints: [] }, false],
  [{ kind: "failed", complaints: [1] }, false],
  [{ kind: "failed", complaints: Array(1001).fill("a") }, false],
  [{ kind: "failed", complaints: ["a".repeat(10_001)] }, false],
  [{ kind: "failed", complaints: boundedLines(Array(2000).fill("a".repeat(20_000))) }, true],
  [{ kind: "drain" }, false],
  [undefined, false],
];

for (const [message, isTaken] of toWorker) {
  test(`a worker ${isTaken ? "obeys" : "ignores"} ${JSON.stringify(message)}`, () => {
    assert.deepEqual(parseToWorker(message), isTaken ? message : undefined);
  });
}

for (const [message, isTaken] of fromWorker) {
  test(`a primary ${isTaken ? "hears" : "ignores"} ${JSON.stringify(message)?.slice(0, 60)}`, () => {
    assert.deepEqual(parseFromWorker(message), isTaken ? message : undefined);
  });
}
