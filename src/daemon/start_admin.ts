// The admin API of this process, or of all workers together.

import { openAdmin } from "../admin/open_admin.ts";
import type { Output } from "../cli/output.ts";
import { version } from "../cli/version.ts";
import type { Config } from "../config/config.ts";
import type { Control } from "../control/control.ts";
import type { Log } from "../log/log.ts";

/** Listens if the configuration says where; gives what closes it. */
export async function startAdmin(
  control: Control,
  config: Config,
  log: Log,
  output: Output,
): Promise<() => Promise<void>> {
  const { print, complain } = output;
  const admin = await openAdmin({ config, control, log, version: version(), print, complain });
  return () => admin.close();
}
