// The API and the dashboard over HTTP on this machine, with a Control that a test gives and one token of each role.

import { adminApp } from "../../src/admin/app.ts";
import { dashboardFiles } from "../../src/admin/dashboard_files.ts";
import { EventFeed } from "../../src/admin/event_feed.ts";
import { roles } from "../../src/admin/role.ts";
import { listenForHttp } from "../../src/admin/serve_http.ts";
import { SignIns } from "../../src/admin/sign_ins.ts";
import { hashOf } from "../../src/admin/token.ts";
import type { MetricFamily } from "../../src/metrics/snapshot.ts";
import { formatMetrics } from "../../src/metrics/format.ts";
import { stagedControl, type Words } from "./staged_control.ts";

export interface StagedAdmin {
  readonly url: string;
  close(): Promise<void>;
}

/** The token of each role is its name. */
export async function serveStaged(words: Words): Promise<StagedAdmin> {
  const control = stagedControl(words);
  const tokens = roles.map((role) => ({ name: role, role, hash: hashOf(role) }));
  const feed = new EventFeed(control);
  const pages = dashboardFiles();
  const app = adminApp({
    control,
    tokens: { tokens: () => Promise.resolve(tokens) },
    audit: { write: () => Promise.resolve() },
    feed,
    signIns: new SignIns(() => performance.now()),
    log: () => {},
    hosts: [],
    openMetrics: false,
    now: () => performance.now(),
    page: (path) => pages.get(path),
    metricsText: () => formatMetrics({ families: stagedFamilies(words) }),
  }, "0.1.0");
  const place = { host: "127.0.0.1", port: 0 };
  const listening = await listenForHttp(place, async (request, ends) => await app.fetch(request, ends));
  if (listening.kind === "failed") throw new Error(listening.problem);
  const { address, close } = listening.server;
  return {
    url: `http://${address}`,
    close: async () => {
      feed.close();
      await close();
    },
  };
}

let asked = 0;

function stagedFamilies({ plugin }: Words): readonly MetricFamily[] {
  asked++;
  const replies = {
    "220": 940,
    "250": 8210 + asked * 20,
    "354": 880,
    "421": 12,
    "451": 160 + asked * 3,
    "550": 420 + asked * (asked % 5),
  };
  const family = (name: string, type: MetricFamily["type"], samples: MetricFamily["samples"]): MetricFamily => {
    return { name, help: name, type, merge: "sum", samples };
  };
  const bounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1, 5, 30];
  const durations = (labels: { readonly [name: string]: string }, middle: number): MetricFamily["samples"][number] => {
    let count = 0;
    const buckets = [...bounds, undefined].map((bound, index) => {
      count += Math.round(900 * Math.exp(-((index - middle) ** 2) / 3));
      return bound === undefined ? { count } : { bound, count };
    });
    return { labels, value: count * (bounds[middle] ?? 1), buckets };
  };
  return [
    family("qpsmtpd_sessions", "gauge", [{ labels: {}, value: 3 }]),
    family("qpsmtpd_sessions_total", "counter", [{ labels: {}, value: 940 + asked }]),
    family("qpsmtpd_messages_total", "counter", [{ labels: { ending: "accepted" }, value: 870 + asked * 7 }]),
    family(
      "qpsmtpd_replies_total",
      "counter",
      Object.entries(replies).map(([code, value]) => ({ labels: { code }, value })),
    ),
    family("qpsmtpd_hook_seconds", "histogram", [
      durations({ hook: "connect" }, 2),
      durations({ hook: "rcpt" }, 5),
      durations({ hook: "data_post" }, 9),
    ]),
    family("qpsmtpd_plugin_seconds", "histogram", [durations({ plugin: "hosts_allow" }, 2), durations({ plugin }, 5)]),
    family("qpsmtpd_plugin_cpu_seconds_total", "counter", [
      { labels: { plugin: "hosts_allow" }, value: 2.9 },
      { labels: { plugin: "dnsbl" }, value: 0.8 },
      { labels: { plugin }, value: 8.7 },
    ]),
    family("qpsmtpd_findings_total", "counter", [
      { labels: { plugin: "hosts_allow", hook: "connect", finding: "passes" }, value: 940 },
      { labels: { plugin: "dnsbl", hook: "connect", finding: "tolerated" }, value: 33 },
      { labels: { plugin, hook: "rcpt", finding: "refuses" }, value: 420 },
      { labels: { plugin, hook: "rcpt", finding: "accepts" }, value: 870 },
    ]),
  ];
}
