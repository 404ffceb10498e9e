// The command `serve` with `process.workers` above 1: this process serves nobody, it watches over those that do.

import { join } from "node:path";
import process from "node:process";
import type { Chosen } from "../cli/find_config.ts";
import type { Output } from "../cli/output.ts";
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { PrimaryControl } from "../control/primary_control.ts";
import { ConfigurationWatch } from "../generation/watch_configuration.ts";
import type { Log } from "../log/log.ts";
import { ServerLog } from "../log/server_log.ts";
import { deploymentsOfWorkers } from "./open_deployments.ts";
import { startAdmin } from "./start_admin.ts";
import { runtime } from "../platform/runtime.ts";
import type { PrimaryCrew } from "../processes/primary.ts";
import { serveWorkers } from "../processes/serve_workers.ts";
import { decisionsFolder } from "../receipts/journal.ts";
import { version } from "../cli/version.ts";

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
  const logging = new PrimaryLog(first, read, around);
  try {
    return await serveWorkers({
      first,
      read,
      print: (line) => around.print(line),
      complain: (line) => around.complain(line),
      log: logging.log,
      stopSignal: () => around.stopSignal(),
      onReloadSignal: (reload) => {
        around.onReloadSignal(() => {
          void logging.follow();
          reload();
        });
      },
      onRestartSignal: (restart) => around.onRestartSignal(restart),
      startControl: (crew) => startControl(crew, first, chosen, logging.log, around),
    });
  } finally {
    await logging.close();
  }
}

/** The API of all workers together; what is called to end it. */
async function startControl(
  crew: PrimaryCrew,
  config: Config,
  chosen: Chosen,
  log: Log,
  output: Output,
): Promise<() => Promise<void>> {
  const { name, version: number } = runtime();
  const facts = {
    version: version(),
    runtime: `${name} ${number}`,
    hostname: config.hostname,
    pid: process.pid,
    started: Date.now(),
    warnings: [],
  };
  const control: PrimaryControl = new PrimaryControl({
    facts: () => ({ ...facts, stopping: crew.stopping, wanted: crew.wanted }),
    crew,
    decisions: join(config.state, decisionsFolder),
    deployer: deploymentsOfWorkers(chosen, config, () => control, log),
  });
  return await startAdmin(control, config, log, output);
}

/** The workers write to the same files, and this process is the one that puts them aside. */
class PrimaryLog {
  readonly #read: () => Promise<Config | undefined>;
  readonly #log: ServerLog;
  readonly #watch: ConfigurationWatch;

  constructor(first: Config, read: () => Promise<Config | undefined>, { print, complain }: Output) {
    this.#read = read;
    this.#log = new ServerLog({ print, alert: complain, rotates: true, pid: process.pid, now: () => new Date() });
    this.#watch = new ConfigurationWatch(() => void this.follow(), this.#log.log);
    this.#follow(first);
  }

  get log(): ServerLog["log"] {
    return this.#log.log;
  }

  /** A configuration that cannot be used changes nothing: the workers will say why. */
  async follow(): Promise<void> {
    const config = await this.#read();
    if (config !== undefined) this.#follow(config);
  }

  async close(): Promise<void> {
    this.#watch.close();
    await this.#log.close();
  }

  #follow(config: Config): void {
    this.#log.follow(config.log.targets);
    this.#watch.follow(config);
  }
}
