// `qpsmtpd check`: would the server start with this configuration and these plugins?

import type { DeliveryChoice, PluginEntry } from "../config/config.ts";
import { displayPath } from "../config/display_path.ts";
import { formatListenAddress } from "../config/units.ts";
import type { Chosen } from "./find_config.ts";
import { limitsLine } from "./limits_line.ts";
import type { Output } from "./output.ts";
import { prepare } from "./prepare.ts";

/** Exit code 0 if it would, 1 if not. Listens nowhere and writes no file. */
export async function check(chosen: Chosen, output: Output): Promise<number> {
  const generation = await prepare(chosen, output);
  if (generation === undefined) return 1;
  const { config, plugins, recipients: { files } } = generation;
  await generation.close();
  const addresses = config.listen.map(formatListenAddress).join(", ");
  const names = plugins.map(({ name }) => name).join(", ") || "none";
  output.print(`${config.file}: good; listens on ${addresses}; mail goes to ${destination(config.delivery)}`);
  output.print(`plugins: ${names}`);
  const count = files === 1 ? "1 file" : `${files} files`;
  if (files > 0) output.print(`recipients: ${count} in ${displayPath(config.policy.recipients)}`);
  for (const { name, limits, manifest } of plugins) output.print(`  ${name}: ${limitsLine(limits, manifest.wishes)}`);
  for (const line of changedLines(config.plugin)) output.print(`  ${line}`);
  return 0;
}

/** What the API has changed: the configuration alone does not tell what runs. */
export function changedLines(entries: readonly PluginEntry[]): readonly string[] {
  return entries.flatMap(({ label, changed }) => {
    if (changed === undefined) return [];
    const { digest, version = "?", enabled, policy } = changed;
    const told = [
      ...(digest === undefined ? [] : [`runs the deployed version ${version}, sha256 ${digest}`]),
      ...(enabled ? [] : ["is switched off"]),
      ...(policy.length === 0 ? [] : [`has another policy: ${policy.join(", ")}`]),
    ];
    return told.length === 0 ? [] : [`${label}, by the API: ${told.join("; ")}`];
  });
}

/** Where mail goes, in a few words. */
export function destination(delivery: DeliveryChoice): string {
  switch (delivery.backend) {
    case "discard":
      return "nowhere";
    case "maildir":
      return `the Maildir ${displayPath(delivery.path)}`;
    case "smtp":
      return `${formatListenAddress(delivery)} by SMTP`;
  }
}
