// Clients are served from here on: listens, lets the operator in, and closes when told to stop.

import { join } from "node:path";
import { version } from "../cli/version.ts";
import type { Listener } from "../config/protocol.ts";
import { LocalControl } from "../control/local_control.ts";
import type { Deployments } from "../deployments/deployments.ts";
import type { Generations } from "../generation/generations.ts";
import type { OpenGeneration } from "../generation/open.ts";
import { openCounts } from "../limits/open_counts.ts";
import { OverloadWatch } from "../limits/sample.ts";
import type { Log } from "../log/log.ts";
import { type Onlookers, openOnlookers } from "./onlookers.ts";
import { runtime } from "../platform/runtime.ts";
import { decisionsFolder } from "../receipts/journal.ts";
import { fail, inFile } from "./complain.ts";
import { type Daemon, type DaemonOptions, startDaemon, type Started } from "./daemon.ts";
import { figuresOf, type Sources } from "./figures.ts";
import { deploymentsHere } from "./open_deployments.ts";
import type { SessionLease } from "./serve_client.ts";
import type { Server } from "./server.ts";
import { startBlock } from "./start_block.ts";

/** The exit code. `started` is called as soon as clients are served. */
export async function listenAndTalk(generations: Generations, server: Server, started: () => void): Promise<number> {
  const { around, log } = server;
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
  const onlookers = openOnlookers(config.admin.listen !== "off", [server.telemetry]);
  generations.onReload((reload) => onlookers.reloaded(reload));
  const { watch } = onlookers;
  const listening = await listen(generations, server, {
    counts,
    isOverloaded: () => overload.now,
    ...(watch && { watch }),
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
  await daemon.stop();
  // Only now: whoever asks meanwhile is told that it is stopping, and whom it waits for.
  await closeAdmin();
  overload.stop();
  counts.close();
  return 0;
}

/** What a client gets is asked of the generation in force each time: a reload changes it. */
async function listen(
  generations: Generations,
  { listenOn, log }: Server,
  door: Pick<DaemonOptions, "counts" | "isOverloaded" | "watch">,
): Promise<Started> {
  return await startDaemon({
    ...door,
    log,
    listen: generations.current.config.listen,
    listenOn,
    lease: (place) => leaseOf(generations, place),
    drainWithin: () => generations.current.config.timeouts.shutdown,
  });
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
