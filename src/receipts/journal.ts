// The store of decisions: lines appended in batches to files of this process alone, bounded in memory and on the disk.

import { appendFile, mkdir, readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../log/log.ts";
import { newSessionCode } from "./code.ts";

/** Below the state folder. */
export const decisionsFolder = "decisions";

/** Bounds of the folder, for all processes that write to it together. */
export interface JournalBounds {
  /** Octets. */
  readonly size: number;
  /** Milliseconds. */
  readonly age: number;
}

/** Milliseconds from a line to its writing, so that many share one write. */
const patience = 200;

/** Octets that are written without waiting for more. */
const mostTogether = 256 * 1024;

/** Octets that may wait for a slow disk before lines are dropped. */
const mostWaiting = 4 * 1024 * 1024;

/** Octets at which a file is full; the folder holds sixteen, so that the oldest goes in small pieces. */
const mostInFile = 8 * 1024 * 1024;
const leastInFile = 64 * 1024;
const filesInFolder = 16;

/** Milliseconds between two lines of the log about lost ones, and between two looks for what is too old. */
const betweenReports = 10_000;
const betweenSweeps = 600_000;

/** How long the end of the process may wait for a disk. */
const closeWithin = 5000;

export class Journal {
  readonly #folder: string;
  readonly #log: Log;
  readonly #sweeping: ReturnType<typeof setInterval>;
  #bounds: JournalBounds;
  #lines: string[] = [];
  #waiting = 0;
  #lost = 0;
  #lostInAll = 0;
  #lostWhy = "";
  #reportAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> | undefined;
  /** The file under way: its name, its octets, when it was begun. */
  #file: { readonly path: string; octets: number; readonly begun: number } | undefined;

  /** Opens nothing before the first line. */
  constructor(folder: string, bounds: JournalBounds, log: Log) {
    this.#folder = folder;
    this.#bounds = bounds;
    this.#log = log;
    this.#sweeping = setInterval(() => void this.#sweep(), betweenSweeps);
    this.#sweeping.unref();
  }

  /** Records that were not kept since the start. */
  get lost(): number {
    return this.#lostInAll;
  }

  /** From now on these are the bounds. */
  bound(bounds: JournalBounds): void {
    this.#bounds = bounds;
  }

  /** Takes one line of ASCII without its end. Never waits and never throws: what finds no room is counted and lost. */
  put(line: string): void {
    if (this.#waiting + line.length > mostWaiting) return this.#lose(1, "the disk is too slow");
    this.#lines.push(line);
    this.#waiting += line.length + 1;
    if (this.#writing !== undefined) return;
    if (this.#waiting > mostTogether) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), patience);
  }

  /** Writes what is waiting, if the disk lets it. */
  async close(): Promise<void> {
    clearInterval(this.#sweeping);
    let over = (): void => {};
    const late = new Promise<void>((resolve) => over = resolve);
    const timer = setTimeout(over, closeWithin);
    await Promise.race([late, this.#drain()]);
    clearTimeout(timer);
    this.#report(true);
  }

  async #drain(): Promise<void> {
    while (this.#writing !== undefined || this.#lines.length > 0) {
      this.#start();
      await this.#writing;
    }
    clearTimeout(this.#timer);
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
      this.#report(false);
      if (this.#waiting > mostTogether) this.#start();
      else if (this.#lines.length > 0) this.#timer ??= setTimeout(() => this.#start(), patience);
    });
  }

  /** One write for all that is waiting. Meanwhile more may come, within the same bound. */
  async #write(): Promise<void> {
    const lines = this.#lines;
    const text = `${lines.join("\n")}\n`;
    this.#lines = [];
    try {
      const file = this.#file ?? await this.#open();
      this.#file = file;
      await appendFile(file.path, text, { mode: 0o600 });
      file.octets += text.length;
      if (this.#isFull(file)) this.#file = undefined;
    } catch (error) {
      // Half a line may be at its end: the next begins in another file.
      this.#file = undefined;
      this.#lose(lines.length, error instanceof Error ? error.message : String(error));
    }
    this.#waiting -= text.length;
  }

  async #open(): Promise<{ readonly path: string; octets: number; readonly begun: number }> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#sweep();
    return { path: join(this.#folder, `${newSessionCode()}.jsonl`), octets: 0, begun: Date.now() };
  }

  #isFull({ octets, begun }: { readonly octets: number; readonly begun: number }): boolean {
    const { size, age } = this.#bounds;
    const most = Math.max(leastInFile, Math.min(mostInFile, size / filesInFolder));
    return octets >= most || Date.now() - begun > age / filesInFolder;
  }

  /** Removes what is too old, and the oldest of what is too much; also files of other processes. */
  async #sweep(): Promise<void> {
    const { size, age } = this.#bounds;
    let total = 0;
    for (const { path, octets, written } of await decisionFiles(this.#folder)) {
      total += octets;
      if (total <= size && Date.now() - written <= age) continue;
      // Another process may have done it.
      await unlink(path).catch(() => undefined);
    }
  }

  #lose(lines: number, why: string): void {
    this.#lost += lines;
    this.#lostInAll += lines;
    this.#lostWhy = why;
  }

  #report(now: boolean): void {
    if (this.#lost === 0 || (!now && performance.now() < this.#reportAt)) return;
    this.#reportAt = performance.now() + betweenReports;
    this.#log("warn", "decisions were not kept", { records: this.#lost, why: this.#lostWhy });
    this.#lost = 0;
  }
}

export interface DecisionFile {
  readonly path: string;
  readonly octets: number;
  /** When the last line was, in milliseconds since 1970. */
  readonly written: number;
}

/** The files of the store, the newest first; none if there is no folder. */
export async function decisionFiles(folder: string): Promise<readonly DecisionFile[]> {
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(
    names.filter((name) => name.endsWith(".jsonl")).map((name) => look(join(folder, name))),
  );
  return files.filter((file) => file !== undefined).sort((a, b) => b.written - a.written);
}

/** Undefined: it is gone meanwhile. */
async function look(path: string): Promise<DecisionFile | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { path, octets: size, written: mtimeMs };
  } catch {
    return undefined;
  }
}
