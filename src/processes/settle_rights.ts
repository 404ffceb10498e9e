// With which rights this process serves, and how it listens: the first step of serving, before anything is opened.

import cluster from "node:cluster";
import type { Address } from "../platform/listen.ts";
import type { Identity } from "../platform/privileges.ts";
import { openToGroup } from "../platform/unix_socket.ts";
import { dropPrivileges, planDropNow } from "./drop_privileges.ts";
import { bindEarly, type EarlyListeners } from "./early_listeners.ts";
import { type Listen, listenOn, socketPaths } from "./listen_on.ts";
import type { WantedRights } from "./plan_drop.ts";

/** A part of the configuration. */
export interface ProcessSettings {
  readonly process: WantedRights;
  readonly listen: readonly Address[];
  readonly state: string;
}

/** Lines begin with the key they are about. */
export type Settled =
  | {
    readonly kind: "settled";
    /** To listen with from now on. */
    readonly listen: Listen;
    readonly warnings: readonly string[];
    /** Stops listening wherever nobody has taken over. */
    readonly close: () => void;
  }
  | { readonly kind: "failed"; readonly problems: readonly string[] };

/**
 * Where rights are to be given up, every address is bound first: clients wait there until they are served. A worker
 * needs no rights to listen, since its primary opens the sockets.
 */
export async function settleRights({ process, listen, state }: ProcessSettings): Promise<Settled> {
  const plan = await planDropNow(process);
  if (plan.kind === "refuse") return { kind: "failed", problems: [plan.problem] };
  if (plan.kind === "keep") {
    return { kind: "settled", listen: listenOn, warnings: plan.warnings, close: () => {} };
  }
  const early = await bindEarly(cluster.isWorker ? [] : listen);
  if (early.kind === "failed") {
    return {
      kind: "failed",
      problems: early.problems.map((problem) => `listen: ${problem}`),
    };
  }
  const { listeners } = early;
  const problem = await giveUp({ process, listen, state }, plan.identity);
  if (problem === undefined) return settledWith(listeners, plan.warnings);
  listeners.close();
  return { kind: "failed", problems: [problem] };
}

function settledWith(listeners: EarlyListeners, warnings: readonly string[]): Settled {
  return { kind: "settled", listen: listeners.listen, warnings, close: () => listeners.close() };
}

async function giveUp({ process, listen, state }: ProcessSettings, identity: Identity): Promise<string | undefined> {
  for (const path of cluster.isWorker ? [] : socketPaths(listen)) {
    const problem = await openToGroup(path, identity);
    if (problem !== undefined) return `listen: unix:${path}: ${problem}`;
  }
  const dropped = await dropPrivileges(process, state);
  return dropped.kind === "failed" ? dropped.problem : undefined;
}
