// From the first generation to the last: each that a reload builds takes the place of the one before.

import type { Chosen } from "../cli/find_config.ts";
import type { Config } from "../config/config.ts";
import type { Loaded } from "../config/load.ts";
import { type Built, Generations } from "../generation/generations.ts";
import type { Generation } from "../generation/generation.ts";
import { openGeneration } from "../generation/open.ts";
import { readGeneration } from "../generation/read.ts";
import { readAgain } from "../generation/read_again.ts";
import { ConfigurationWatch } from "../generation/watch_configuration.ts";
import { fail, inFile } from "./complain.ts";
import { listenAndTalk } from "./listen_and_talk.ts";
import { outsideProblems } from "./outside_problems.ts";
import type { Server } from "./server.ts";

/** Serves until told to stop; the exit code. */
export async function serveGenerations(first: Generation, server: Server): Promise<number> {
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
  return { kind: "built", generation: opened.open };
}

/** A log that cannot be written is a reason to keep what was. */
async function readWritable(chosen: Chosen, started: Config): Promise<Loaded> {
  const read = await readAgain(chosen, started);
  const problems = read.kind === "config" ? await outsideProblems(read.config) : [];
  return read.kind === "config" && problems.length > 0
    ? { kind: "problems", problems: inFile(read.config, problems) }
    : read;
}
