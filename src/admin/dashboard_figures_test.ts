// What the dashboard makes of figures and happenings before it shows them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMetrics } from "../metrics/format.ts";
import type { MetricFamily } from "../metrics/snapshot.ts";

/** The modules are JavaScript for browsers, checked with tsconfig.dashboard.json. */
const folder = new URL("./dashboard/", import.meta.url);
const { parseFigures, total, sums, histograms, percentile } = await import(new URL("figures.js", folder).href);
const { refusalsAfter, matches } = await import(new URL("refusals.js", folder).href);
const { state } = await import(new URL("state.js", folder).href);
const { parseRoute, linkTo } = await import(new URL("route.js", folder).href);

function family(name: string, type: MetricFamily["type"], samples: MetricFamily["samples"]): MetricFamily {
  return { name, help: "Help", type, merge: "sum", samples };
}

test("figures are read as they were written, whatever stands in a label", () => {
  const odd = 'a "b" \\ {c="d"} \n e';
  const text = formatMetrics({
    families: [
      family("calls_total", "counter", [
        { labels: { plugin: odd, worker: "1" }, value: 2 },
        { labels: { plugin: odd, worker: "2" }, value: 3.5 },
        { labels: { plugin: "other", worker: "1" }, value: 10 },
      ]),
      family("plain", "gauge", [{ labels: {}, value: 7 }]),
    ],
  });
  const figures = parseFigures(text);
  assert.deepEqual([...sums(figures, "calls_total", "plugin")], [[odd, 5.5], ["other", 10]]);
  assert.equal(total(figures, "plain"), 7);
  assert.equal(total(figures, "absent"), 0);
  assert.equal(total(figures, "calls_total", ({ worker }: { readonly worker: string }) => worker === "1"), 12);
});

test("a histogram tells below which bound so many of a hundred stay", () => {
  const buckets = [{ bound: 0.001, count: 50 }, { bound: 0.01, count: 90 }, { bound: 1, count: 99 }, { count: 100 }];
  const samples = [{ labels: { hook: "rcpt" }, value: 4.2, buckets }];
  const figures = parseFigures(formatMetrics({ families: [family("hook_seconds", "histogram", samples)] }));
  const rcpt = histograms(figures, "hook_seconds", "hook").get("rcpt");
  assert.deepEqual([rcpt.count, rcpt.sum], [100, 4.2]);
  assert.deepEqual(rcpt.buckets.map(({ count }: { readonly count: number }) => count), [50, 40, 9, 1]);
  assert.deepEqual([50, 51, 99, 100].map((each) => percentile(rcpt, each)), [0.001, 0.01, 1, Infinity]);
});

let id = 0;

function happening(kind: string, session: string, facts: object): object {
  return { id: ++id, at: 1, pid: 2, kind, session, facts };
}

test("a refusal is the plugin's that refused last in its session, and nobody's else", () => {
  state.plugins = [{ label: "shaky", onError: "pass" }, { label: "careful", onError: "defer" }];
  const happenings = [
    happening("verdict", "a", { plugin: "door", hook: "rcpt", found: "refuses", why: "No" }),
    happening("reply", "b", { code: 503, text: "503 Not now", client: "192.0.2.2" }),
    happening("reply", "a", { code: 550, text: "550 No", client: "192.0.2.1", transaction: "a.1" }),
    happening("reply", "a", { code: 501, text: "501 What?", client: "192.0.2.1" }),
    happening("verdict", "c", { plugin: "shaky", hook: "mail", found: "failed", failure: "timeout" }),
    happening("reply", "c", { code: 502, text: "502 What?", client: "192.0.2.3" }),
    happening("verdict", "c", { plugin: "careful", hook: "mail", found: "failed", failure: "timeout" }),
    happening("reply", "c", { code: 451, text: "451 Later", client: "192.0.2.3" }),
    happening("turnedAway", "", { client: "192.0.2.4", why: "tooMany" }),
  ];
  interface Row {
    readonly code: string;
    readonly by: string;
    readonly receipt?: string;
  }
  const refusals: readonly Row[] = happenings.reduce(
    (before: unknown, each) => refusalsAfter(before, each),
    [],
  ) as Row[];
  assert.deepEqual(refusals.map(({ code, by, receipt }) => [code, by, receipt]).reverse(), [
    ["503", "server", "b"],
    ["550", "door", "a.1"],
    ["501", "server", "a"],
    ["502", "server", "c"],
    ["451", "careful", "c"],
    ["421", "server", undefined],
  ]);
  assert.deepEqual(refusals.filter((each) => matches(each, "DOOR a.1")).map(({ code }) => code), ["550"]);
});

test("refusals are kept up to a bound", () => {
  let refusals: readonly unknown[] = [];
  for (let i = 0; i < 700; i++) {
    refusals = refusalsAfter(refusals, happening("reply", "a", { code: 550, text: "550 No" }));
  }
  assert.equal(refusals.length, 500);
});

test("an address leads where it was made for, and a strange one to the overview", () => {
  for (const place of ["a b/c", "<script>", "ü%", "1ke4z8q-7m2px40.1"]) {
    assert.deepEqual(parseRoute(linkTo("explain", place)), { view: "explain", id: place });
  }
  for (const hash of ["", "#", "#main", "#/nothing", "#javascript:alert(1)"]) {
    assert.deepEqual(parseRoute(hash), { view: "overview", id: undefined });
  }
  assert.deepEqual(parseRoute("#/sessions/%ff"), { view: "sessions", id: undefined });
});
