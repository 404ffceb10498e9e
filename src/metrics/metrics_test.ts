import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMetrics } from "../../test/support/metrics_parser.ts";
import { acceptAll, nativePlugin } from "../../test/support/native_plugin.ts";
import { serving } from "../../test/support/served.ts";
import { sendMessage } from "../../test/support/smtp_peer.ts";
import { formatMetrics } from "./format.ts";
import { mergeSnapshots } from "./merge.ts";
import { processFamilies } from "./process_metrics.ts";
import { serverFamilies } from "./server_metrics.ts";
import { SessionMetrics } from "./session_metrics.ts";
import type { MetricFamily, MetricSample } from "./snapshot.ts";
import { Counts, Durations } from "./tally.ts";

function family(samples: readonly MetricSample[], more: Partial<MetricFamily> = {}): MetricFamily {
  return { name: "a_total", help: "x", type: "counter", merge: "sum", samples, ...more };
}

/** `name{label="value"}`, as a query would have it. */
function figure(text: string, wanted: string): number | undefined {
  for (const { samples } of parseMetrics(text).values()) {
    for (const { name, labels, value } of samples) {
      const pairs = Object.entries(labels).map(([label, of]) => `${label}="${of}"`).join(",");
      if (wanted === (pairs === "" ? name : `${name}{${pairs}}`)) return value;
    }
  }
  return undefined;
}

test("the text is what a strict reader takes, whatever stands in a label", () => {
  const labels = { plugin: 'a"b\\c\nd{}=,é' };
  const text = formatMetrics({ families: [family([{ labels, value: 3 }], { help: "back\\slash\nline" })] });
  assert.equal(
    text,
    '# HELP a_total back\\\\slash\\nline\n# TYPE a_total counter\na_total{plugin="a\\"b\\\\c\\nd{}=,é"} 3\n',
  );
  assert.deepEqual(parseMetrics(text).get("a_total")?.samples, [{ name: "a_total", labels, value: 3 }]);
  assert.equal(formatMetrics({ families: [family([])] }), "");
});

test("a histogram counts every value in its bucket and in all above, bounds included", () => {
  const durations = new Durations([0.1, 1], "hook");
  for (const seconds of [0.05, 0.1, 0.5, 7]) durations.observe(seconds, "rcpt");
  const text = formatMetrics({ families: [family(durations.samples, { name: "b_seconds", type: "histogram" })] });
  assert.deepEqual(text.split("\n").slice(2, -1), [
    'b_seconds_bucket{hook="rcpt",le="0.1"} 2',
    'b_seconds_bucket{hook="rcpt",le="1"} 3',
    'b_seconds_bucket{hook="rcpt",le="+Inf"} 4',
    'b_seconds_sum{hook="rcpt"} 7.65',
    'b_seconds_count{hook="rcpt"} 4',
  ]);
  parseMetrics(text);
});

test("labels are bounded: what is beyond a thousand is counted together", () => {
  const counts = new Counts("plugin", "hook");
  for (let number = 0; number < 5000; number++) counts.add(1, `plugin ${number}`, "rcpt");
  assert.equal(counts.samples.length, 1001);
  assert.deepEqual(counts.samples.at(-1), { labels: { plugin: "other", hook: "other" }, value: 4000 });
});

const merges: readonly (readonly [merge: MetricFamily["merge"], merged: readonly MetricSample[]])[] = [
  ["sum", [{ labels: { code: "250" }, value: 5 }, { labels: { code: "550" }, value: 7 }]],
  ["max", [{ labels: { code: "250" }, value: 3 }, { labels: { code: "550" }, value: 7 }]],
  ["each", [
    { labels: { code: "250", worker: "1" }, value: 2 },
    { labels: { code: "250", worker: "2" }, value: 3 },
    { labels: { code: "550", worker: "2" }, value: 7 },
  ]],
];

for (const [merge, merged] of merges) {
  test(`of the figures of two workers comes one: ${merge}`, () => {
    const of = (worker: string, ...values: readonly (readonly [code: string, value: number])[]) => {
      const samples = values.map(([code, value]) => ({ labels: { code }, value }));
      return { worker, snapshot: { families: [family(samples, { merge })] } };
    };
    const { families } = mergeSnapshots([of("1", ["250", 2]), of("2", ["250", 3], ["550", 7])]);
    assert.deepEqual(families, [family(merged, { merge })]);
  });
}

test("histograms of workers are added up, bucket by bucket", () => {
  const [one, other] = [new Durations([1]), new Durations([1])];
  one.observe(0.5);
  other.observe(0.5);
  other.observe(2);
  const snapshots = [one, other].map((durations, index) => {
    const samples = durations.samples;
    return { worker: String(index), snapshot: { families: [family(samples, { type: "histogram" })] } };
  });
  assert.deepEqual(mergeSnapshots(snapshots).families[0]?.samples, [
    { labels: {}, value: 3, buckets: [{ bound: 1, count: 2 }, { count: 3 }] },
  ]);
});

test("what sessions do is counted: commands, replies, findings, messages, who was turned away", async () => {
  const metrics = new SessionMetrics();
  const picky = nativePlugin("picky", {
    mail: ({ reversePath }) => {
      return reversePath === null ? { verdict: "reject", text: "no" } : { verdict: "pass" };
    },
  });
  await serving({ plugins: [picky, acceptAll], maxSessions: 1, watch: metrics }, async ({ greet, connect }) => {
    const peer = await greet();
    (await connect()).destroy();
    assert.match(await sendMessage(peer, { reversePath: "a@b.test", forwardPaths: ["c@d.test"] }, "x\r\n"), /^250 /);
    for (const line of ["MAIL FROM:<>", "GET / HTTP/1.1", "noop"]) await peer.ask(line);
    const text = formatMetrics({ families: metrics.families });
    const expected: { readonly [figure: string]: number } = {
      "qpsmtpd_sessions": 1,
      "qpsmtpd_sessions_total": 1,
      'qpsmtpd_turned_away_total{reason="tooMany"}': 1,
      'qpsmtpd_commands_total{command="MAIL"}': 2,
      'qpsmtpd_commands_total{command="NOOP"}': 1,
      'qpsmtpd_commands_total{command="other"}': 1,
      'qpsmtpd_replies_total{code="220"}': 1,
      'qpsmtpd_replies_total{code="354"}': 1,
      'qpsmtpd_replies_total{code="550"}': 1,
      "qpsmtpd_transactions_total": 1,
      'qpsmtpd_messages_total{ending="accepted"}': 1,
      "qpsmtpd_message_bytes_total": 5,
      "qpsmtpd_message_seconds_count": 1,
      'qpsmtpd_deliveries_total{result="taken"}': 1,
      "qpsmtpd_delivery_seconds_count": 1,
      'qpsmtpd_hook_seconds_count{hook="mail"}': 2,
      'qpsmtpd_plugin_seconds_count{plugin="picky"}': 2,
      'qpsmtpd_findings_total{plugin="picky",hook="mail",finding="refuses"}': 1,
      'qpsmtpd_findings_total{plugin="accept_all",hook="rcpt",finding="accepts"}': 1,
    };
    const found = Object.keys(expected).map((name) => [name, figure(text, name)]);
    assert.deepEqual(Object.fromEntries(found), expected);
  });
  assert.equal(figure(formatMetrics({ families: metrics.families }), "qpsmtpd_sessions"), 0);
});

test("the figures of plugins, server and process are valid text with the names that are promised", () => {
  const failed = { trap: 1, cpu: 2, deadline: 0, badOutput: 0, forbidden: 0, busy: 0, tooLarge: 0, broken: 0 };
  const counters = { answered: 4, failed, micros: 10, slowestMicros: 2500, cpu: 1500, fuel: 9, memory: 65_536 };
  const text = formatMetrics({
    families: [
      ...serverFamilies({
        plugins: [{ name: "a", counters, breaker: "open" }],
        generation: 3,
        standing: 2,
        reloads: { reloaded: 2, kept: 1 },
        overloaded: true,
        gauges: { loopLag: 12, heap: 1, spoolFree: 5, openFiles: 50 },
        spool: { memory: 7, files: 1 },
        logDropped: 8,
        receiptsDropped: 9,
      }),
      ...processFamilies({ version: "1.2.3", runtime: "Node 24" }),
    ],
  });
  const expected: { readonly [figure: string]: number } = {
    'qpsmtpd_plugin_calls_total{plugin="a"}': 7,
    'qpsmtpd_plugin_failures_total{plugin="a",failure="cpu"}': 2,
    'qpsmtpd_plugin_cpu_seconds_total{plugin="a"}': 1.5,
    'qpsmtpd_plugin_slowest_seconds{plugin="a"}': 0.0025,
    'qpsmtpd_plugin_breaker{plugin="a",state="open"}': 1,
    'qpsmtpd_plugin_breaker{plugin="a",state="closed"}': 0,
    'qpsmtpd_reloads_total{outcome="kept"}': 1,
    "qpsmtpd_overloaded": 1,
    "qpsmtpd_event_loop_lag_seconds": 0.012,
    "qpsmtpd_open_files_ratio": 0.5,
    "qpsmtpd_log_lines_dropped_total": 8,
    'qpsmtpd_build_info{version="1.2.3",runtime="Node 24"}': 1,
  };
  const found = Object.keys(expected).map((name) => [name, figure(text, name)]);
  assert.deepEqual(Object.fromEntries(found), expected);
});
