// The command `serve` with `process.workers` above 1: this process serves nobody, it watches over those that do.

import type { Chosen } from "./cli/find_config.ts";
import type { Output } from "./cli/output.ts";
import type { Config } from "./config/config.ts";
import { loadConfig } from "./config/load.ts";
import { openLog } from "./log/log.ts";
import { serveWorkers } from "./processes/serve_workers.ts";

/** What a primary needs of its process. */
export interface PrimarySurroundings extends Output {
  /** Resolves when all is to stop. */
  stopSignal(): Promise<void>;
  /** Calls back whenever every worker is to reload. */
  onReloadSignal(reload: () => void): void;
  /** Calls back whenever every worker is to be replaced by a new process. */
  onRestartSignal(restart: () => void): void;
}

/** The exit code; undefined if one process is to serve alone, or to say why it cannot. */
export async function servePrimary(chosen: Chosen, around: PrimarySurroundings): Promise<number | undefined> {
  const read = async (): Promise<Config | undefined> => {
    const loaded = await loadConfig(chosen.path, chosen.overrides);
    return loaded.kind === "config" ? loaded.config : undefined;
  };
  const first = await read();
  if (first === undefined || first.process.workers === 1) return undefined;
  return await serveWorkers({
    first,
    read,
    print: (line) => around.print(line),
    complain: (line) => around.complain(line),
    log: openLog({ ...first.log, write: (line) => around.print(line), now: () => new Date() }),
    stopSignal: () => around.stopSignal(),
    onReloadSignal: (reload) => around.onReloadSignal(reload),
    onRestartSignal: (restart) => around.onRestartSignal(restart),
  });
}
