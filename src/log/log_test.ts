import assert from "node:assert/strict";
import { test } from "node:test";
import { type Fields, type Level, openLog } from "./log.ts";

function lines(format: "text" | "json", level: Level, entries: readonly [Level, string, Fields?][]): string[] {
  const written: string[] = [];
  const log = openLog({ format, level, write: (line) => written.push(line), now: () => new Date(0) });
  for (const entry of entries) log(...entry);
  return written;
}

const rows: readonly [string, Fields, string][] = [
  ["plain words stand bare", { client: "192.0.2.1", path: "<a@b.example>" }, "client=192.0.2.1 path=<a@b.example>"],
  ["numbers and booleans", { size: 12, tls: false }, "size=12 tls=false"],
  ["absent facts are left out", { a: undefined, b: "x" }, "b=x"],
  ["an empty string is visible", { a: "" }, 'a=""'],
  ["a line end cannot start a new entry", { a: "x\r\n2026 error y" }, 'a="x\\r\\n2026 error y"'],
  ["a terminal escape stays text", { a: "\u001b[31m" }, 'a="\\u001b[31m"'],
  ["beyond ASCII is escaped", { a: "é\u202e" }, 'a="\\u00e9\\u202e"'],
];

for (const [title, fields, expected] of rows) {
  test(`text: ${title}`, () => {
    assert.deepEqual(lines("text", "info", [["info", "m", fields]]), [`1970-01-01T00:00:00.000Z info m ${expected}`]);
  });
}

test("a long field is cut in both formats", () => {
  for (const format of ["text", "json"] as const) {
    const [line = ""] = lines(format, "info", [["info", "m", { a: "x".repeat(100_000) }]]);
    assert.ok(line.length < 1100, `${format}: ${line.length}`);
  }
});

test("a line fits into one write to a pipe, whatever the fields hold", () => {
  const fields = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`f${index}`, "\u202e".repeat(1000)]));
  for (const format of ["text", "json"] as const) {
    const [line = ""] = lines(format, "info", [["info", "m", fields]]);
    assert.ok(Buffer.byteLength(line) < 4096, `${format}: ${Buffer.byteLength(line)}`);
    assert.ok(line.includes("f7"), format);
  }
});

test("entries below the level are dropped", () => {
  const entries: [Level, string][] = [["debug", "a"], ["info", "b"], ["warn", "c"], ["error", "d"]];
  assert.equal(lines("text", "warn", entries).length, 2);
});

test("json is one object a line", () => {
  const [line = ""] = lines("json", "debug", [["error", "m", { a: "x\ny" }]]);
  assert.deepEqual(JSON.parse(line), { time: "1970-01-01T00:00:00.000Z", level: "error", message: "m", a: "x\ny" });
});
