// What must be there before a plugin may use what it is granted, such as the files it reads.

import { hostCapabilities } from "../../sdk/contract/manifest.ts";
import type { EffectiveGrants } from "./grants.ts";
import type { Problem } from "./problem.ts";
import type { Capabilities } from "./requests.ts";

/** What is missing, for the operator. Capabilities that the plugin is not granted are left alone. */
export async function prepareCapabilities(
  grants: EffectiveGrants,
  capabilities: Capabilities,
): Promise<readonly Problem[]> {
  const granted = hostCapabilities.filter((name) => grants.has(name));
  const missing = await Promise.all(granted.map((name) => capabilities.get(name)?.prepare?.(grants.scopesOf(name))));
  return missing.flatMap((messages = []) => messages.map((message) => ({ path: "grant", message })));
}
