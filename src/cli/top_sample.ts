// What `qpsmtpd top` asks the API for each time, and what two such samples say of the time between them.

import type { PluginView, Status } from "../control/control.ts";
import type { SessionSummary } from "../live/live_session.ts";
import { type ApiAnswer, askApi } from "./admin_client.ts";
import type { ApiDoor, ApiProblem } from "./api_door.ts";
import { byLabel, type Figure, readFigures, sumOf } from "./figures.ts";
import { callsOf, failuresOf } from "./plugin_lines.ts";

export interface Sample {
  readonly kind: "sample";
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly status: Status;
  readonly figures: readonly Figure[];
  readonly plugins: readonly PluginView[];
  /** The oldest first. */
  readonly sessions: readonly SessionSummary[];
}

/** More sessions than these are asked for less often. */
const many = 200;

/** Sessions are those of `before` when there are many of them, four times of five. */
export async function takeSample(door: ApiDoor, count: number, before?: Sample): Promise<Sample | ApiProblem> {
  const keeps = before !== undefined && before.sessions.length > many && count % 5 !== 0;
  const get = (path: string): Promise<ApiAnswer> => askApi(door, { method: "GET", path });
  const [status, metrics, plugins, sessions] = await Promise.all([
    get("/status"),
    get("/metrics"),
    get("/plugins"),
    keeps ? { kind: "answer", body: { sessions: before.sessions } } as const : get("/sessions"),
  ]);
  for (const answer of [status, metrics, plugins, sessions]) if (answer.kind === "problem") return answer;
  const body = (answer: ApiAnswer): unknown => answer.kind === "answer" ? answer.body : undefined;
  return {
    kind: "sample",
    at: Date.now(),
    status: body(status) as Status,
    figures: readFigures(String(body(metrics))),
    ...body(plugins) as Pick<Sample, "plugins">,
    ...body(sessions) as Pick<Sample, "sessions">,
  };
}

/** Of the time between two samples, or of all time up to one; rates are per second. */
export interface Rates {
  readonly connections: number;
  readonly messages: number;
  readonly refusals: number;
  /** In the order of the codes. */
  readonly replies: readonly (readonly [code: string, rate: number])[];
  readonly plugins: readonly PluginRates[];
}

export interface PluginRates {
  readonly plugin: PluginView;
  readonly calls: number;
  /** Since it was loaded. */
  readonly failed: number;
  /** Microseconds. */
  readonly mean: number;
  /** Milliseconds per second. */
  readonly cpu: number;
}

export function ratesOf(before: Sample | undefined, now: Sample): Rates {
  const seconds = Math.max(0.001, (now.at - (before?.at ?? now.status.started)) / 1000);
  const rate = (name: string): number => {
    return grown(before && sumOf(before.figures, name), sumOf(now.figures, name)) / seconds;
  };
  const old = before && byLabel(before.figures, replies, "code");
  const byCode = [...byLabel(now.figures, replies, "code")].map(([code, value]) => {
    return [code, grown(old?.get(code), value) / seconds] as const;
  }).sort(([a], [b]) => a < b ? -1 : 1);
  return {
    connections: rate("qpsmtpd_sessions_total"),
    messages: rate("qpsmtpd_messages_total"),
    refusals: byCode.reduce((sum, [code, each]) => code >= "4" ? sum + each : sum, 0),
    replies: byCode,
    plugins: now.plugins.map((plugin) => {
      return pluginRates(before?.plugins.find(({ label }) => label === plugin.label), plugin, seconds);
    }),
  };
}

const replies = "qpsmtpd_replies_total";

function pluginRates(before: PluginView | undefined, plugin: PluginView, seconds: number): PluginRates {
  const calls = grown(before && callsOf(before), callsOf(plugin));
  const micros = grown(before?.counters?.micros, plugin.counters?.micros ?? 0);
  const cpu = grown(before?.counters?.cpu, plugin.counters?.cpu ?? 0);
  return {
    plugin,
    calls: calls / seconds,
    failed: failuresOf(plugin),
    mean: calls === 0 ? 0 : micros / calls,
    cpu: cpu / seconds,
  };
}

/** What was counted anew, after a reload or a restart, has grown by all of it. */
function grown(before: number | undefined, now: number): number {
  return before === undefined || before > now ? now : now - before;
}
