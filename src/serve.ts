// The command `serve`: everything in order of opening, and closed again in the opposite order.

import type { Chosen } from "./cli/find_config.ts";
import type { Output } from "./cli/output.ts";
import { prepare } from "./cli/prepare.ts";
import { version } from "./cli/version.ts";
import type { Config } from "./config/config.ts";
import type { Listener } from "./config/protocol.ts";
import type { Delivery } from "./delivery/delivery.ts";
import { type Daemon, type SessionLease, startDaemon } from "./daemon.ts";
import { type Built, Generations } from "./generation/generations.ts";
import type { Generation, GenerationPlugin } from "./generation/load.ts";
import { ProcessCounts } from "./limits/connection_counts.ts";
import { countRules } from "./limits/count_rules.ts";
import { OverloadWatch } from "./limits/sample.ts";
import { type Log, openLog } from "./log/log.ts";
import { listenOn } from "./processes/listen_on.ts";
import { type Common, type OpenGeneration, openGeneration } from "./generation/open.ts";
import { type OpenHost, openHost } from "./generation/open_host.ts";
import { PluginFiles } from "./generation/plugin_files.ts";
import { openDecoy } from "./generation/open_decoy.ts";
import { runtime } from "./platform/runtime.ts";
import { readAgain } from "./generation/read_again.ts";
import { readGeneration } from "./generation/read.ts";
import { SharedParts } from "./generation/shared_parts.ts";
import { openSpool } from "./spool/file_spool.ts";
import { startBlock } from "./start_block.ts";
import { ConfigurationWatch } from "./generation/watch_configuration.ts";

/** What serving needs from the process around it. */
export interface Surroundings extends Output {
  /** Resolves when the daemon is to stop. */
  stopSignal(): Promise<void>;
  /** Calls back whenever the configuration is to be read again. */
  onReloadSignal(reload: () => void): void;
}

/** What outlives every generation. */
interface Server extends Common {
  readonly chosen: Chosen;
  readonly around: Surroundings;
  /** From now on the log is as this configuration wants it. */
  readonly logAs: (config: Config) => void;
}

/** Serves until told to stop. The exit code: 0, or 1 if it could not start; then every reason was complained of. */
export async function serve(chosen: Chosen, around: Surroundings): Promise<number> {
  // Generations come and go, the log is one: plugins that outlive theirs write to it too.
  let current: Log = () => {};
  const logAs = (config: Config): void => {
    current = openLog({ ...config.log, write: around.print, now: () => new Date() });
  };
  const log: Log = (level, message, fields) => current(level, message, fields);
  let host: OpenHost | undefined;
  const shared = { plugins: new SharedParts<GenerationPlugin>(), files: new PluginFiles() };
  const first = await prepare(chosen, around, async (config) => {
    logAs(config);
    const opened = await openHost(config, log);
    if (opened.kind === "failed") return { kind: "problems", problems: [`${config.file}: state: ${opened.message}`] };
    host = opened.host;
    return { kind: "means", means: { ...shared, log, host } };
  });
  if (host === undefined) return 1;
  try {
    return first === undefined ? 1 : await serveWith(first, { ...shared, log, host, chosen, around, logAs });
  } finally {
    await host.close();
  }
}

async function serveWith(first: Generation, given: Omit<Server, "spool" | "deliveries" | "decoy">): Promise<number> {
  const { state, spool: { memoryThreshold } } = first.config;
  const [spool, decoy] = [await openSpool(state, { memoryThreshold }), await openDecoy(state)];
  if (spool.kind === "spool" && decoy.kind === "decoy") {
    const opened = { spool: spool.spool, decoy: decoy.decoy, deliveries: new SharedParts<Delivery>() };
    return await serveFrom(first, { ...given, ...opened });
  }
  await first.close();
  return fail(given.around, [spool, decoy].flatMap((opened) => opened.kind === "failed" ? [opened.message] : []));
}

async function serveFrom(first: Generation, server: Server): Promise<number> {
  const { around, log } = server;
  const opened = await openGeneration(first, server);
  if (opened.kind === "problems") return fail(around, opened.problems);
  const generations = new Generations({
    first: opened.open,
    build: () => build(server, first.config),
    log,
    swapped: ({ config }) => {
      server.logAs(config);
      watch.follow(config);
    },
  });
  const watch = new ConfigurationWatch(() => void generations.reload(), log);
  try {
    return await listenAndTalk(generations, server, () => watch.follow(generations.current.config));
  } finally {
    watch.close();
    await generations.close();
  }
}

/** The next generation: read, loaded, its plugins configured, its delivery open. */
async function build(server: Server, started: Config): Promise<Built> {
  const loaded = await readGeneration({
    read: () => readAgain(server.chosen, started),
    meansFor: () => Promise.resolve({ kind: "means", means: server }),
  });
  if (loaded.kind === "problems") return loaded;
  const opened = await openGeneration(loaded.generation, server);
  if (opened.kind === "problems") return opened;
  return { kind: "built", generation: opened.open, warnings: loaded.warnings };
}

async function listenAndTalk(generations: Generations, { around, log }: Server, started: () => void): Promise<number> {
  const stop = around.stopSignal();
  around.onReloadSignal(() => void generations.reload());
  const { config } = generations.current;
  const counts = new ProcessCounts(countRules(() => generations.current.config.limits));
  const overload = new OverloadWatch({
    spool: config.state,
    marks: () => generations.current.config.overload,
    log,
  });
  const listening = await startDaemon({
    listen: config.listen,
    listenOn,
    lease: (place) => leaseOf(generations, place),
    counts,
    isOverloaded: () => overload.now,
    log,
    drainWithin: () => generations.current.config.timeouts.shutdown,
  });
  if (listening.kind === "failed") {
    return fail(around, listening.problems.map((problem) => `${config.file}: listen: ${problem}`));
  }
  started();
  for (const line of firstLines(generations.current, listening.daemon)) around.print(line);
  await stop;
  log("info", "stopping");
  await listening.daemon.stop();
  overload.stop();
  counts.close();
  return 0;
}

function leaseOf(generations: Generations, place: Listener): SessionLease {
  const { generation, release } = generations.lease();
  return { desk: generation.deskFor(place), manners: generation.mannersFor(place), release };
}

function firstLines(
  { config: { hostname, listen }, chains, delivery }: OpenGeneration,
  { addresses }: Daemon,
): readonly string[] {
  return startBlock({
    version: version(),
    runtime: runtime(),
    hostname,
    places: addresses.flatMap((address, index) => {
      const listener = listen[index];
      return listener === undefined ? [] : [{ address, listener }];
    }),
    chains,
    delivery: delivery.description,
  });
}

function fail({ complain }: Output, problems: readonly string[]): number {
  for (const problem of problems) complain(problem);
  return 1;
}
