// Which plugins are asked on which hook, in the order of the configuration.

import { type HookName, hookNames } from "../../sdk/contract/contract.ts";
import type { Askable } from "./askable.ts";

export type Chains = { readonly [H in HookName]: readonly Askable[] };

/** A plugin that wants some hooks; those its configuration leaves unused are already gone. */
export interface Registered extends Askable {
  readonly hooks: readonly HookName[];
}

/** One chain a hook; a plugin stands in it only if it registered that hook. */
export function chainsOf(plugins: readonly Registered[]): Chains {
  const chains = hookNames.map((hook) => [hook, plugins.filter((plugin) => plugin.hooks.includes(hook))]);
  return Object.fromEntries(chains) as Chains;
}
