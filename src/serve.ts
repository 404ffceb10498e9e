// The command `serve`: everything in order of opening, and closed again in the opposite order.

import type { Chosen } from "./cli/find_config.ts";
import type { Output } from "./cli/output.ts";
import { prepare } from "./cli/prepare.ts";
import { version } from "./cli/version.ts";
import type { Config } from "./config/config.ts";
import type { Listener } from "./config/protocol.ts";
import type { Delivery } from "./delivery/delivery.ts";
import { type Daemon, type SessionLease, startDaemon } from "./daemon.ts";
import { type Built, Generations, type Reload } from "./generation/generations.ts";
import type { Generation, GenerationPlugin } from "./generation/load.ts";
import { openCounts } from "./limits/open_counts.ts";
import { OverloadWatch } from "./limits/sample.ts";
import { type Fields, type Log, openLog } from "./log/log.ts";
import type { Listen } from "./processes/listen_on.ts";
import { type Settled, settleRights } from "./processes/settle_rights.ts";
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
  /** Resolves when another process has taken over: sessions may end by themselves. */
  retireSignal?(): Promise<void>;
  /** Calls back whenever the configuration is to be read again. */
  onReloadSignal(reload: () => Promise<Reload>): void;
  /** Clients are served; `lines` say what runs and where. */
  started(lines: readonly string[]): void;
  /** Where several processes serve: what every log entry says of this one. */
  readonly worker?: Fields;
}

/** What outlives every generation. */
interface Server extends Common {
  readonly chosen: Chosen;
  readonly around: Surroundings;
  /** From now on the log is as this configuration wants it. */
  readonly logAs: (config: Config) => void;
  readonly listenOn: Listen;
}

/** Serves until told to stop. The exit code: 0, or 1 if it could not start; then every reason was complained of. */
export async function serve(chosen: Chosen, around: Surroundings): Promise<number> {
  // Generations come and go, the log is one: plugins that outlive theirs write to it too.
  let current: Log = () => {};
  const logAs = (config: Config): void => {
    current = openLog({ ...config.log, write: around.print, now: () => new Date() });
  };
  const { worker } = around;
  const log: Log = (level, message, fields) => {
    current(level, message, worker === undefined ? fields : { ...fields, ...worker });
  };
  let host: OpenHost | undefined;
  let settled: Extract<Settled, { readonly kind: "settled" }> | undefined;
  const shared = { plugins: new SharedParts<GenerationPlugin>(), files: new PluginFiles() };
  const first = await prepare(chosen, around, async (config) => {
    logAs(config);
    const rights = await settleRights(config);
    if (rights.kind === "failed") return { kind: "problems", problems: inFile(config, rights.problems) };
    settled = rights;
    const opened = await openHost(config, log);
    if (opened.kind === "failed") return { kind: "problems", problems: [`${config.file}: state: ${opened.message}`] };
    host = opened.host;
    return { kind: "means", means: { ...shared, log, host } };
  });
  try {
    if (first === undefined || host === undefined || settled === undefined) return 1;
    for (const warning of inFile(first.config, settled.warnings)) around.complain(`warning: ${warning}`);
    return await serveWith(first, { ...shared, log, host, chosen, around, logAs, listenOn: settled.listen });
  } finally {
    settled?.close();
    await host?.close();
  }
}

function inFile({ file }: Config, lines: readonly string[]): readonly string[] {
  return lines.map((line) => `${file}: ${line}`);
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

async function listenAndTalk(generations: Generations, server: Server, started: () => void): Promise<number> {
  const { around, log, listenOn } = server;
  const stop = around.stopSignal();
  around.onReloadSignal(() => generations.reload());
  const { config } = generations.current;
  const opened = await openCounts({
    shared: around.worker === undefined ? undefined : config.state,
    limits: () => generations.current.config.limits,
    log,
  });
  if (opened.kind === "failed") return fail(around, inFile(config, [`state: ${opened.message}`]));
  const { counts } = opened;
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
    return fail(around, inFile(config, listening.problems.map((problem) => `listen: ${problem}`)));
  }
  started();
  around.started(firstLines(generations.current, listening.daemon));
  await Promise.race([stop, around.retireSignal?.().then(() => retire(listening.daemon, log)) ?? stop]);
  log("info", "stopping");
  await listening.daemon.stop();
  overload.stop();
  counts.close();
  return 0;
}

async function retire(daemon: Daemon, log: Log): Promise<void> {
  log("info", "retiring");
  await daemon.retire();
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
