// Opens the counts of connections: in this process, or in a file that several share.

import { join } from "node:path";
import type { Log } from "../log/log.ts";
import { openTallies } from "../store/tallies.ts";
import { type ConnectionCounts, ProcessCounts } from "./connection_counts.ts";
import { type ConfiguredLimits, countRules } from "./count_rules.ts";
import { SharedCounts } from "./shared_connection_counts.ts";

export interface CountsOptions {
  /** The state folder, if other processes serve the same clients. */
  readonly shared: string | undefined;
  readonly limits: () => ConfiguredLimits;
  readonly log: Log;
}

export type CountsOpened =
  | { readonly kind: "counts"; readonly counts: ConnectionCounts }
  | { readonly kind: "failed"; readonly message: string };

export async function openCounts({ shared, limits, log }: CountsOptions): Promise<CountsOpened> {
  const rules = countRules(limits);
  if (shared === undefined) return { kind: "counts", counts: new ProcessCounts(rules) };
  const opened = await openTallies(join(shared, "connections.sqlite"));
  if (opened.kind === "failed") return opened;
  return { kind: "counts", counts: new SharedCounts({ rules, tallies: opened.tallies, log }) };
}
