// The command `serve`: everything in order of opening, and closed again in the opposite order.

import type { Chosen } from "./cli/find_config.ts";
import type { Output } from "./cli/output.ts";
import { prepare } from "./cli/prepare.ts";
import { version } from "./cli/version.ts";
import type { Config } from "./config/config.ts";
import type { Desk } from "./connection/desk.ts";
import { startDaemon } from "./daemon.ts";
import type { Delivery } from "./delivery/delivery.ts";
import type { Generation } from "./load_generation.ts";
import { type Log, openLog } from "./log/log.ts";
import { openDelivery } from "./open_delivery.ts";
import { runtime } from "./platform/runtime.ts";
import { openSpool } from "./spool/file_spool.ts";
import type { Spool } from "./spool/spool.ts";
import { startBlock } from "./start_block.ts";

/** What serving needs from the process around it. */
export interface Surroundings extends Output {
  /** Resolves when the daemon is to stop. */
  stopSignal(): Promise<void>;
}

/** Milliseconds a client may leave our replies unread. */
const writeWithin = 60_000;

/** Serves until told to stop. The exit code: 0, or 1 if it could not start; then every reason was complained of. */
export async function serve(chosen: Chosen, around: Surroundings): Promise<number> {
  let log: Log = () => {};
  const generation = await prepare(chosen, around, (config) => log = logOf(config, around));
  if (generation === undefined) return 1;
  const { config } = generation;
  try {
    const opened = await openDelivery(config);
    if (opened.kind === "failed") return fail(around, [opened.message]);
    const spool = await openSpool(config.state, { memoryThreshold: config.spool.memoryThreshold });
    if (spool.kind === "failed") return fail(around, [spool.message]);
    const code = await listenAndTalk(
      generation,
      around,
      deskOf(generation, log, opened.delivery, spool.spool),
      opened.delivery,
    );
    await opened.delivery.close();
    return code;
  } finally {
    await generation.close();
  }
}

function logOf(config: Config, { print }: Output): Log {
  return openLog({ ...config.log, write: print, now: () => new Date() });
}

async function listenAndTalk(
  { config, chains }: Generation,
  around: Surroundings,
  desk: Desk,
  delivery: Delivery,
): Promise<number> {
  const stop = around.stopSignal();
  const started = await startDaemon({
    listen: config.listen,
    desk,
    maxSessions: config.limits.sessions,
    drainWithin: config.timeouts.shutdown,
  });
  if (started.kind === "failed") {
    return fail(
      around,
      started.problems.map((problem) => `${config.file}: listen: ${problem}`),
    );
  }
  const { hostname } = config;
  const { addresses } = started.daemon;
  const block = startBlock({
    version: version(),
    runtime: runtime(),
    hostname,
    addresses,
    chains,
    delivery: delivery.description,
  });
  for (const line of block) around.print(line);
  await stop;
  desk.log("info", "stopping");
  await started.daemon.stop();
  return 0;
}

function deskOf({ config, chains }: Generation, log: Log, delivery: Delivery, spool: Spool): Desk {
  return {
    offer: {
      hostname: config.hostname,
      software: `qpsmtpd/${version()}`,
      maxMessageSize: config.limits.messageSize,
      maxRecipients: config.limits.recipients,
      maxRefusals: config.limits.refusals,
    },
    chains,
    spool,
    deliver: (message) => delivery.deliver(message),
    log,
    maxHeaderSize: config.limits.headerSize,
    timeouts: { command: config.timeouts.command, data: config.timeouts.data, write: writeWithin },
  };
}

function fail({ complain }: Output, problems: readonly string[]): number {
  for (const problem of problems) complain(problem);
  return 1;
}
