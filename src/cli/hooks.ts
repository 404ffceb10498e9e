// `qpsmtpd hooks`: each hook with the plugins that are asked there, in order.

import { hookNames } from "../../sdk/contract/contract.ts";
import type { Chains } from "../hooks/chains.ts";
import type { Chosen } from "./find_config.ts";
import type { Output } from "./output.ts";
import { prepare } from "./prepare.ts";

/** Exit code 0, or 1 if the configuration or a plugin does not load. */
export async function hooks(chosen: Chosen, output: Output): Promise<number> {
  const generation = await prepare(chosen, output);
  if (generation === undefined) return 1;
  await generation.close();
  for (const line of listHooks(generation.chains)) output.print(line);
  return 0;
}

/** One line a hook in the order of a session; `-` where nobody is asked. */
export function listHooks(chains: Chains): readonly string[] {
  const width = Math.max(...hookNames.map((hook) => hook.length)) + 2;
  return hookNames.map((hook) => `${hook.padEnd(width)}${chains[hook].map(({ name }) => name).join(", ") || "-"}`);
}
