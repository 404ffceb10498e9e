// Which plugins are asked on which hook, and in which order.

import { type HookName, hookNames } from "../../sdk/contract/contract.ts";
import type { Askable } from "./askable.ts";

export type Chains = { readonly [H in HookName]: readonly Askable[] };

/** A plugin that wants some hooks; those its configuration leaves unused are already gone. */
export interface Registered extends Askable {
  readonly hooks: readonly HookName[];
  /** Lower is asked earlier; 0 if absent. */
  readonly order?: number;
}

/** One chain a hook; a plugin stands in it only if it registered that hook. Of the same order, the given one stays. */
export function chainsOf(plugins: readonly Registered[]): Chains {
  const ordered = plugins.toSorted((one, other) => (one.order ?? 0) - (other.order ?? 0));
  const chains = hookNames.map((hook) => [hook, ordered.filter((plugin) => plugin.hooks.includes(hook))]);
  return Object.fromEntries(chains) as Chains;
}
