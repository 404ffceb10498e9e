// What a plugin is given for one call, and beside it what its author would like.

import type { Wishes } from "../../sdk/contract/manifest.ts";
import type { PluginLimits } from "../plugins/plugin_limits.ts";

const pagesPerMebibyte = 16;

/** `cpu 50 ms (wishes 100), wall 10000 ms, memory 32 MiB`: a wish is shown where it differs. */
export function limitsLine({ cpu, wall, memoryPages }: PluginLimits, wishes: Wishes = {}): string {
  const rows = [
    ["cpu", cpu, "ms", wishes.cpu],
    ["wall", wall, "ms", wishes.wall],
    ["memory", memoryPages / pagesPerMebibyte, "MiB", wishes.memory],
  ] as const;
  return rows.map(([name, given, unit, wish]) => {
    const wished = wish === undefined || wish === given ? "" : ` (wishes ${wish})`;
    return `${name} ${given} ${unit}${wished}`;
  }).join(", ");
}
