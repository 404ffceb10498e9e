// Looks once a second at what overloads a process, and says in the log when that begins and ends.

import { statfs } from "node:fs/promises";
import type { Log } from "../log/log.ts";
import { LoopLag } from "./loop_lag.ts";
import { openFiles, openFilesLimit } from "./open_files.ts";
import { explainExcesses, type Gauges, judgeLoad, type Load, normalLoad, type OverloadMarks } from "./overload.ts";

export interface SampleOptions {
  /** A folder on the file system of the spool. */
  readonly spool: string;
  /** Asked at every look, so that a changed configuration counts at once. */
  readonly marks: () => OverloadMarks;
  readonly log: Log;
  /** Milliseconds between two looks. */
  readonly interval?: number;
  /** In the place of looking at this process. */
  readonly gauges?: () => Gauges;
}

/** Does not keep the process alive. */
export class OverloadWatch {
  readonly #options: SampleOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #lag = new LoopLag();
  readonly #files: Sampled = sampled(percentOfFiles());
  readonly #space: Sampled;
  #load: Load = normalLoad;
  #since = 0;
  #gauges: Gauges | undefined;

  constructor(options: SampleOptions) {
    this.#options = options;
    this.#space = sampled(() => freeOctets(options.spool));
    const gauges = options.gauges ?? ((): Gauges => this.#look());
    this.#timer = setInterval(() => this.#judge(gauges()), options.interval ?? 1000);
    this.#timer.unref();
  }

  /** New sessions are to be told 421 4.3.2. */
  get now(): boolean {
    return this.#load.kind === "overloaded";
  }

  /** As they were at the last look; `loopLag` is the longest of the second before it. */
  get gauges(): Gauges | undefined {
    return this.#gauges;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#lag.stop();
  }

  #look(): Gauges {
    const { heapUsed, external } = process.memoryUsage();
    return {
      loopLag: this.#lag.take(),
      heap: heapUsed + external,
      spoolFree: this.#space(),
      openFiles: this.#files(),
    };
  }

  #judge(gauges: Gauges): void {
    this.#gauges = gauges;
    const before = this.#load;
    this.#load = judgeLoad(before, gauges, this.#options.marks());
    if (this.#load.kind === before.kind) return;
    const { log } = this.#options;
    if (this.#load.kind === "overloaded") {
      this.#since = performance.now();
      log("warn", "overloaded: new sessions are told to come back later", { why: explainExcesses(this.#load.why) });
    } else {
      const seconds = Math.round((performance.now() - this.#since) / 1000);
      log("info", "no longer overloaded: new sessions are welcome", { seconds });
    }
  }
}

/** The last known value; each call starts finding out the next one, unless that is under way. */
type Sampled = () => number | undefined;

/** A file system that hangs is asked once, not once a second. */
function sampled(find: () => Promise<number | undefined>): Sampled {
  let [value, finding]: [number | undefined, boolean] = [undefined, false];
  const look = async (): Promise<void> => {
    finding = true;
    value = await find();
    finding = false;
  };
  return () => {
    if (!finding) void look();
    return value;
  };
}

async function freeOctets(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    // Not there yet, or not permitted.
    return undefined;
  }
}

function percentOfFiles(): () => Promise<number | undefined> {
  const limit = openFilesLimit();
  return async () => {
    const [open, most] = [await openFiles(), await limit];
    return open === undefined || most === undefined ? undefined : open * 100 / most;
  };
}
