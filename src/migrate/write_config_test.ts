import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../sdk/contract/contract.ts";
import { parseToml } from "../config/load.ts";
import { formatComment, formatPair } from "./toml_text.ts";
import { writeConfig } from "./write_config.ts";

/** As plain objects: those of the parser have no prototype. */
function read(text: string): unknown {
  const parsed = parseToml(text);
  return parsed.kind === "toml" ? JSON.parse(JSON.stringify(parsed.value)) : parsed.problem;
}

const values: readonly Json[] = [
  ...["", "a", 'quote " and \\', "tab\t line\n del\u007f nul\u0000", "# no comment", "ä€😀"],
  ...[0, -5, 1.5, true, false],
  ...[[], ["a", "b"], { a: 1, "b c": ["x"] }, {}],
];

test("every value that is written is read again as the same", () => {
  for (const value of values) {
    assert.deepEqual(read(formatPair("key", value)), { key: value });
  }
});

test("whatever stood in the old file, a comment is one line of TOML", () => {
  for (const text of ["a\nkey = 1", "\u0000\u001b[2J\u007f", "x".repeat(100_000), "", "\u2028b"]) {
    const comment = formatComment(text);
    assert.deepEqual(read(comment), {}, text.slice(0, 20));
    assert.ok(!comment.includes("\n") && !comment.includes("\u001b") && comment.length < 400);
  }
});

const frame = { source: "old", plugins: "/plugins", shipped: "/config/qpsmtpd.toml" };

test("keys stand in the order of the shipped file, each below the line it comes from", () => {
  const text = writeConfig(frame, [
    { key: "policy.thresholds.data", value: -5, from: "plugins:3: karma" },
    { key: "timeouts.data", value: "20m", from: "timeout: 1200" },
    { key: "timeouts.command", value: "20m", from: "timeout: 1200" },
    { key: "hostname", value: "mx.example.org", from: "me: mx.example.org" },
  ], []);
  assert.match(
    text,
    /# me: mx\.example\.org\nhostname = .*\n[^]*\[timeouts\]\n# timeout: 1200\ndata = "20m"\ncommand = "20m"\n\n\[policy\.thresholds\]\n# plugins:3: karma\ndata = -5\n/,
  );
});

test("a table has its keys in order, long settings as a table of their own, and what is left out is a comment", () => {
  const table = { name: "a", label: "a_0", grant: ["log"], mode: "late", as: "defer", immune: ["relay"] } as const;
  const long = { first: "x".repeat(60), second: "y".repeat(60) };
  const text = writeConfig(frame, [], [
    { from: "plugins:1: a:0", table: { ...table, settings: { max: 4 } } },
    { from: "plugins:2: b", comment: "not taken over: why" },
    { from: "plugins:3: c", table: { name: "c", grant: [], immune: [], settings: long } },
  ]);
  assert.deepEqual(read(text), {
    state: "../var",
    plugin: [{ ...table, settings: { max: 4 } }, { name: "c", settings: long }],
  });
  assert.match(
    text,
    /# plugins:1: a:0\n\[\[plugin\]\]\nname = "a"\nlabel = "a_0"\n[^]*# plugins:2: b\n# {3}not taken over: why\n/,
  );
  assert.match(text, /\[plugin\.settings\]\nfirst/);
});
