// What a process that serves has for as long as it serves, whatever generation is in force.

import type { Chosen } from "../cli/find_config.ts";
import type { Common } from "../generation/open.ts";
import type { ServerLog } from "../log/server_log.ts";
import type { Listen } from "../processes/listen_on.ts";
import type { Journal } from "../receipts/journal.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Surroundings } from "./surroundings.ts";

export interface Server extends Common {
  readonly chosen: Chosen;
  readonly around: Surroundings;
  /** Follows the configuration in force. */
  readonly serverLog: ServerLog;
  readonly listenOn: Listen;
  readonly journal: Journal;
  /** The same: where traces go. */
  readonly telemetry: Telemetry;
}
