// `qpsmtpd check`: would the server start with this configuration and these plugins?

import type { DeliveryChoice } from "../config/config.ts";
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
  const { config, plugins } = generation;
  await generation.close();
  const addresses = config.listen.map(formatListenAddress).join(", ");
  const names = plugins.map(({ name }) => name).join(", ") || "none";
  output.print(`${config.file}: good; listens on ${addresses}; mail goes to ${destination(config.delivery)}`);
  output.print(`plugins: ${names}`);
  for (const { name, limits, manifest } of plugins) output.print(`  ${name}: ${limitsLine(limits, manifest.wishes)}`);
  return 0;
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
