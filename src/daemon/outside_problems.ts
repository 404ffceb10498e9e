// What lies outside the configuration and is part of no generation, but has to be there: log files, telemetry's secrets.

import type { Config } from "../config/config.ts";
import { targetProblems } from "../log/server_log.ts";
import { telemetryProblems } from "../telemetry/telemetry.ts";

/** Each is a dotted path and why. Makes log files and their folders. */
export async function outsideProblems({ log, telemetry }: Config): Promise<readonly string[]> {
  return [...await targetProblems(log.targets), ...await telemetryProblems(telemetry)];
}
