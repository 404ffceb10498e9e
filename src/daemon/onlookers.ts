// Who looks on at the sessions of this process: the live view, the stream of what happens, the figures.

import process from "node:process";
import type { Live } from "../control/live.ts";
import { announcing } from "../live/announce.ts";
import type { Reload } from "../generation/generations.ts";
import type { Facts, Happening } from "../live/happening.ts";
import { Happenings } from "../live/happenings.ts";
import { LiveSessions } from "../live/live_sessions.ts";
import { SessionMetrics } from "../metrics/session_metrics.ts";
import { type Watch, watchOf } from "../watch/watch.ts";

export interface Onlookers {
  /** For the daemon; absent if nobody looks on. */
  readonly watch?: Watch;
  readonly live: Live;
  readonly happenings: Happenings;
  readonly metrics: SessionMetrics;
  /** So far, by how they ended. */
  readonly reloads: { readonly reloaded: number; readonly kept: number };
  /** A reload has ended. */
  reloaded(reload: Reload): void;
}

/** `asked`: somebody may ask for the view, the stream and the figures; if nobody can, sessions pay nothing for them. */
export function openOnlookers(asked: boolean, others: readonly Watch[] = []): Onlookers {
  const { pid } = process;
  const sessions = new LiveSessions({ pid, now: Date.now });
  const happenings = new Happenings({ pid, now: Date.now });
  const metrics = new SessionMetrics();
  const own = asked ? [sessions, announcing(happenings, () => performance.now()), metrics] : [];
  const watch = watchOf([...own, ...others]);
  const live: Live = {
    sessions: () => sessions.list(),
    find: (id) => sessions.find(id),
    end: (id) => sessions.end(id),
    happenings: (signal) => happenings.subscribe(signal) ?? nothing(),
  };
  const reloads = { reloaded: 0, kept: 0 };
  const reloaded = (reload: Reload): void => {
    reloads[reload.kind]++;
    happenings.publish("reload", factsOf(reload));
  };
  return { ...(watch && { watch }), live, happenings, metrics, reloads, reloaded };
}

/** Lines of one happening, and characters of a line. */
const mostLines = 20;
const longestLine = 500;

function factsOf(reload: Reload): Facts {
  const { kind: outcome, number: generation } = reload;
  const lines = reload.kind === "kept" ? reload.problems : reload.warnings;
  const bounded = lines.slice(0, mostLines).map((line) => line.slice(0, longestLine));
  if (reload.kind === "kept") return { outcome, generation, problems: bounded };
  const { added, changed, removed, rejudged } = reload.changes;
  return { outcome, generation, added, changed, removed, rejudged, warnings: bounded };
}

async function* nothing(): AsyncGenerator<Happening> {}
