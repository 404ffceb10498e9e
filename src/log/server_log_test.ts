// Which entries anybody wants, as the targets in force say.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Level, levels, withFields } from "./log.ts";
import { ServerLog } from "./server_log.ts";
import type { StdoutTarget } from "./targets.ts";

function open(): { readonly serverLog: ServerLog; readonly lines: string[] } {
  const lines: string[] = [];
  const means = { alert: () => {}, rotates: true, pid: 7, now: () => new Date() };
  return { serverLog: new ServerLog({ ...means, print: (line) => void lines.push(line) }), lines };
}

function stdout(level: Level, refused = level, accepted = refused): StdoutTarget {
  return { kind: "stdout", format: "text", level, refused, accepted };
}

const rows: readonly (readonly [name: string, targets: readonly StdoutTarget[], wanted: readonly Level[]])[] = [
  ["no target", [], []],
  ["one", [stdout("warn")], ["warn", "error"]],
  ["two of several levels", [stdout("error"), stdout("info")], ["info", "warn", "error"]],
  ["an adaptive one, that keeps what it may want later", [stdout("warn", "debug", "warn")], levels],
];

for (const [name, targets, wanted] of rows) {
  test(`with ${name} wanted: ${wanted.join(", ") || "nothing"}`, () => {
    const { serverLog } = open();
    assert.deepEqual(levels.filter((level) => serverLog.log.wants?.(level) ?? true), []);
    serverLog.follow(targets);
    assert.deepEqual(levels.filter((level) => serverLog.log.wants?.(level) ?? true), wanted);
  });
}

test("what nobody wants is not written, the rest is", () => {
  const { serverLog, lines } = open();
  serverLog.follow([stdout("info")]);
  for (const level of levels) serverLog.log(level, `a line of ${level}`);
  assert.deepEqual(lines.map((line) => /a line of \w+/.exec(line)?.[0]), [
    "a line of info",
    "a line of warn",
    "a line of error",
  ]);
});

test("with a worker's fields it wants the same, and each line has them", () => {
  const { serverLog, lines } = open();
  const log = withFields(serverLog.log, { worker: 2 });
  serverLog.follow([stdout("info")]);
  assert.deepEqual([log.wants?.("debug"), log.wants?.("info")], [false, true]);
  log("info", "hello", { a: 1 });
  assert.match(lines[0] ?? "", /hello a=1 worker=2$/);
});
