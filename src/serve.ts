// The command `serve`: everything in order of opening, and closed again in the opposite order.

import { join } from "node:path";
import process from "node:process";
import type { Chosen } from "./cli/find_config.ts";
import type { Output } from "./cli/output.ts";
import { prepare } from "./cli/prepare.ts";
import { version } from "./cli/version.ts";
import type { Config } from "./config/config.ts";
import type { Loaded } from "./config/load.ts";
import type { Listener } from "./config/protocol.ts";
import type { Delivery } from "./delivery/delivery.ts";
import { type Daemon, type SessionLease, startDaemon } from "./daemon.ts";
import { type Built, Generations, type Reload } from "./generation/generations.ts";
import type { Deployments } from "./deployments/deployments.ts";
import type { Generation, GenerationPlugin } from "./generation/load.ts";
import { openCounts } from "./limits/open_counts.ts";
import { OverloadWatch } from "./limits/sample.ts";
import type { Fields, Log } from "./log/log.ts";
import { ServerLog } from "./log/server_log.ts";
import type { Listen } from "./processes/listen_on.ts";
import { type Settled, settleRights } from "./processes/settle_rights.ts";
import { openAdmin } from "./admin/open_admin.ts";
import type { Control } from "./control/control.ts";
import { LocalControl } from "./control/local_control.ts";
import { figuresOf, type Sources } from "./figures.ts";
import { type Onlookers, openOnlookers } from "./onlookers.ts";
import { type Common, type OpenGeneration, openGeneration } from "./generation/open.ts";
import { type OpenHost, openHost } from "./generation/open_host.ts";
import { PluginFiles } from "./generation/plugin_files.ts";
import { openDecoy } from "./generation/open_decoy.ts";
import { runtime } from "./platform/runtime.ts";
import { readAgain } from "./generation/read_again.ts";
import { readGeneration } from "./generation/read.ts";
import { SharedParts } from "./generation/shared_parts.ts";
import { deploymentsHere } from "./open_deployments.ts";
import { openSpool } from "./spool/file_spool.ts";
import { decisionsFolder, Journal } from "./receipts/journal.ts";
import { RemoteLists } from "./remote_lists/remote_lists.ts";
import { startBlock } from "./start_block.ts";
import { outsideProblems } from "./outside_problems.ts";
import { Telemetry } from "./telemetry/telemetry.ts";
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
  /** To standard error at once: what the log itself cannot say. */
  alert(line: string): void;
  /** Clients are served: whoever looks at this process and changes it may begin. Gives what ends that. */
  startControl(control: Control, config: Config, log: Log): Promise<() => Promise<void>>;
  /** Where several processes serve: what every log entry says of this one. */
  readonly worker?: Fields;
}

/** What outlives every generation. */
interface Server extends Common {
  readonly chosen: Chosen;
  readonly around: Surroundings;
  /** Follows the configuration in force. */
  readonly serverLog: ServerLog;
  readonly listenOn: Listen;
  readonly journal: Journal;
  /** The same: where traces go. */
  readonly telemetry: Telemetry;
}

/** Serves until told to stop. The exit code: 0, or 1 if it could not start; then every reason was complained of. */
export async function serve(chosen: Chosen, around: Surroundings): Promise<number> {
  // Generations come and go, the log is one: plugins that outlive theirs write to it too.
  const { worker, print, alert } = around;
  const rotates = worker === undefined;
  const serverLog = new ServerLog({ print, alert, rotates, pid: process.pid, now: () => new Date() });
  const log: Log = (level, message, fields, outcome) => {
    serverLog.log(level, message, worker === undefined ? fields : { ...fields, ...worker }, outcome);
  };
  let host: OpenHost | undefined;
  let settled: Extract<Settled, { readonly kind: "settled" }> | undefined;
  const remoteLists = new RemoteLists({ mayAsk: true });
  const shared = { plugins: new SharedParts<GenerationPlugin>(), files: new PluginFiles(), remoteLists };
  const first = await prepare(chosen, around, async (config) => {
    const rights = await settleRights(config);
    if (rights.kind === "failed") return { kind: "problems", problems: inFile(config, rights.problems) };
    settled = rights;
    // Only now: what root makes, the user whose rights are kept could not write.
    const unwritable = await outsideProblems(config);
    if (unwritable.length > 0) return { kind: "problems", problems: inFile(config, unwritable) };
    serverLog.follow(config.log.targets);
    const opened = await openHost(config, log);
    if (opened.kind === "failed") return { kind: "problems", problems: [`${config.file}: state: ${opened.message}`] };
    host = opened.host;
    return { kind: "means", means: { ...shared, log, host } };
  });
  try {
    if (first === undefined || host === undefined || settled === undefined) return 1;
    for (const warning of inFile(first.config, settled.warnings)) around.complain(`warning: ${warning}`);
    return await serveWith(first, { ...shared, log, host, chosen, around, serverLog, listenOn: settled.listen });
  } finally {
    settled?.close();
    await host?.close();
    await serverLog.close();
  }
}

function inFile({ file }: Config, lines: readonly string[]): readonly string[] {
  return lines.map((line) => `${file}: ${line}`);
}

async function serveWith(
  first: Generation,
  given: Omit<Server, "spool" | "deliveries" | "decoy" | "journal" | "telemetry">,
): Promise<number> {
  const { state, spool: { memoryThreshold } } = first.config;
  const [spool, decoy] = [await openSpool(state, { memoryThreshold }), await openDecoy(state)];
  if (spool.kind === "spool" && decoy.kind === "decoy") {
    const journal = new Journal(join(state, decisionsFolder), first.config.receipts, given.log);
    const telemetry = new Telemetry({ version: version(), runtime: runtime(), log: given.log });
    const deliveries = new SharedParts<Delivery>();
    const opened = { spool: spool.spool, decoy: decoy.decoy, deliveries, journal, telemetry };
    try {
      return await serveFrom(first, { ...given, ...opened });
    } finally {
      await Promise.all([journal.close(), telemetry.close()]);
    }
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
      server.journal.bound(config.receipts);
      server.serverLog.follow(config.log.targets);
      void server.telemetry.follow(config.telemetry);
      watch.follow(config);
    },
  });
  const watch = new ConfigurationWatch(() => void generations.reload(), log, server.remoteLists);
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
    read: () => readWritable(server.chosen, started),
    meansFor: () => Promise.resolve({ kind: "means", means: server }),
    moment: "reload",
  });
  if (loaded.kind === "problems") return loaded;
  const opened = await openGeneration(loaded.generation, server);
  if (opened.kind === "problems") return opened;
  return { kind: "built", generation: opened.open, warnings: loaded.warnings };
}

/** A log that cannot be written is a reason to keep what was. */
async function readWritable(chosen: Chosen, started: Config): Promise<Loaded> {
  const read = await readAgain(chosen, started);
  const problems = read.kind === "config" ? await outsideProblems(read.config) : [];
  return read.kind === "config" && problems.length > 0
    ? { kind: "problems", problems: inFile(read.config, problems) }
    : read;
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
  await server.telemetry.follow(config.telemetry);
  const onlookers = openOnlookers([server.telemetry]);
  generations.onReload((reload) => onlookers.reloaded(reload));
  const listening = await startDaemon({
    watch: onlookers.watch,
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
  const { daemon } = listening;
  const deployer = deploymentsHere(server.chosen, generations, server);
  const control = controlOf(generations, onlookers, { ...server, daemon, deployer, overload });
  started();
  around.started(firstLines(generations.current, daemon));
  const closeAdmin = await around.startControl(control, config, log);
  await Promise.race([stop, around.retireSignal?.().then(() => retire(daemon, log)) ?? stop]);
  log("info", "stopping");
  await closeAdmin();
  await daemon.stop();
  overload.stop();
  counts.close();
  return 0;
}

interface Running extends Pick<Sources, "overload" | "spool" | "journal" | "serverLog"> {
  readonly daemon: Daemon;
  readonly deployer: Deployments;
}

function controlOf(
  generations: Generations,
  onlookers: Onlookers,
  { daemon, deployer, ...sources }: Running,
): LocalControl {
  const { name, version: number } = runtime();
  const build = { version: version(), runtime: `${name} ${number}` };
  return new LocalControl({
    ...build,
    started: Date.now(),
    generations,
    live: onlookers.live,
    sessions: () => daemon.connections,
    isOverloaded: () => sources.overload.now,
    isStopping: () => daemon.isStopping,
    metrics: () => figuresOf({ ...sources, build, generations, onlookers }),
    decisions: join(generations.current.config.state, decisionsFolder),
    deployer,
  });
}

/** In a process that stands for itself: the API, until it is closed. */
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
