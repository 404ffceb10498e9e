import assert from "node:assert/strict";
import { test } from "node:test";
import type { PluginView } from "../control/control.ts";
import type { SessionSummary } from "../live/live_session.ts";
import { cellWidth } from "./cells.ts";
import { byLabel, readFigures, sumOf } from "./figures.ts";
import { painter } from "./paint.ts";
import { topLines } from "./top_lines.ts";
import { ratesOf, type Sample } from "./top_sample.ts";

const plain = painter(false);

function pluginOf(label: string, calls: number, breaker: PluginView["breaker"] = "closed"): PluginView {
  const counters = {
    answered: calls,
    failed: { trap: 2 },
    micros: calls * 100,
    slowestMicros: 1,
    cpu: calls / 10,
    fuel: 0,
    memory: 0,
  };
  return {
    label,
    name: label,
    enabled: true,
    source: "configuration",
    grants: [],
    limits: {},
    policy: { mode: "enforce", immune: [], for: [], score: { refusal: 0, weight: 1 }, order: 0 },
    counters,
    breaker,
  };
}

function sessionOf(id: number): SessionSummary {
  return {
    id: `1ke4z8q-${String(id).padStart(7, "0")}`,
    pid: 1,
    client: `2001:db8:0:0:0:0:0:${id}`,
    port: 25,
    began: id * 1000,
    state: "command",
    since: id * 1000,
    hello: "\u001b[2J邮件.example",
    commands: 1,
    transactions: 0,
    messages: 0,
    refusals: 0,
  };
}

function sampleOf(at: number, count: number, plugins: readonly PluginView[], sessions: number): Sample {
  const text = `# HELP x\nqpsmtpd_sessions_total ${count}\nqpsmtpd_messages_total{ending="accepted"} ${count}\n` +
    `qpsmtpd_messages_total{ending="refused"} 1\nqpsmtpd_replies_total{code="250"} ${count * 4}\n` +
    `qpsmtpd_replies_total{code="550"} ${count * 2}\nprocess_resident_memory_bytes{worker="1"} 1.5e6\nbad {\n`;
  return {
    kind: "sample",
    at,
    status: {
      version: "1.2.3",
      runtime: "Node 24",
      hostname: "mx.test",
      pid: 1,
      started: 0,
      generation: 4,
      workers: [],
      ready: true,
      warnings: [],
    },
    figures: readFigures(text),
    plugins,
    sessions: Array.from({ length: sessions }, (_, id) => sessionOf(id)),
  };
}

test("figures are read as Prometheus would", () => {
  const figures = readFigures('a{x="1",y="\\"q\\\\\\n"} 2\na{x="2"} 3\n# a 9\nb NaN\nnonsense\na 1e1\n');
  assert.equal(sumOf(figures, "a"), 15);
  assert.deepEqual([...byLabel(figures, "a", "x")], [["1", 2], ["2", 3]]);
  assert.equal(figures[0]?.labels["y"], '"q\\\n');
});

test("rates are those of the time between two samples", () => {
  const rates = ratesOf(sampleOf(1000, 10, [pluginOf("a", 10)], 0), sampleOf(3000, 14, [pluginOf("a", 30)], 0));
  assert.deepEqual([rates.connections, rates.messages, rates.refusals], [2, 2, 4]);
  assert.deepEqual(rates.replies, [["250", 8], ["550", 4]]);
  const [{ calls, failed, mean, cpu } = { calls: 0, failed: 0, mean: 0, cpu: 0 }] = rates.plugins;
  assert.deepEqual([calls, failed, mean, cpu], [10, 2, 100, 1]);
});

test("what counts anew after a restart is no negative rate", () => {
  const rates = ratesOf(sampleOf(1000, 100, [pluginOf("a", 100)], 0), sampleOf(2000, 3, [pluginOf("a", 1)], 0));
  assert.deepEqual([rates.connections, rates.plugins[0]?.calls], [3, 3]);
});

test("the whole of it on a terminal of 80x24", () => {
  const before = sampleOf(1000, 10, [pluginOf("a", 10), pluginOf("b", 10)], 2);
  const now = sampleOf(2000, 20, [pluginOf("a", 20), pluginOf("b", 10, "open")], 2);
  assert.deepEqual(
    topLines(before, now, { columns: 80, rows: 24 }, plain, "q quits"),
    [
      "qpsmtpd 1.2.3 at mx.test, Node 24, up 2 s, generation 4",
      "sessions 2  connections 10.0/s  messages 10.0/s  refusals 20.0/s  memory 1.5 MB",
      "replies/s  250 40.0  550 20.0",
      "",
      "PLUGIN  CALLS/S  FAILED  MEAN US  CPU MS/S  BREAKER",
      "a          10.0       2      100       1.0  closed",
      "b             0       2        0         0  open",
      "",
      "SESSION          CLIENT           FOR  STATE    SINCE  SENT  REF  WHAT",
      "1ke4z8q-0000000  2001:db8:0:0:0…  2 s  command    2 s     0    0  \\u{1b}[2J邮件…",
      "1ke4z8q-0000001  2001:db8:0:0:0…  1 s  command    1 s     0    0  \\u{1b}[2J邮件…",
      "q quits",
    ].map((line) => line),
  );
});

test("at any size no line is too wide, none too many, and the way out is named", () => {
  const plugins = Array.from({ length: 60 }, (_, at) => pluginOf(`plugin_${at}`, at));
  const now = sampleOf(90_000, 10, plugins, 300);
  for (const columns of [20, 40, 80, 81, 200]) {
    for (const rows of [4, 8, 10, 24, 50, 100]) {
      const lines = topLines(undefined, now, { columns, rows }, plain, "q quits");
      assert.ok(lines.length <= rows, `${columns}x${rows}: ${lines.length} lines`);
      for (const line of lines) assert.ok(cellWidth(line) <= columns, `${columns}x${rows}: ${line}`);
      assert.equal(lines.at(-1), "q quits");
    }
  }
});

test("of many plugins those that fail and those that are called most are shown, of many sessions the longest", () => {
  const plugins = Array.from({ length: 60 }, (_, at) => pluginOf(`plugin_${at}`, at, at === 3 ? "open" : "closed"));
  const text = topLines(undefined, sampleOf(900_000, 10, plugins, 300), { columns: 80, rows: 24 }, plain, "q").join(
    "\n",
  );
  for (const word of ["plugin_3 ", "plugin_59 ", "(52 more)", "1ke4z8q-0000000"]) assert.ok(text.includes(word), text);
  assert.ok(!text.includes("plugin_4 ") && !text.includes("1ke4z8q-0000299"));
});
