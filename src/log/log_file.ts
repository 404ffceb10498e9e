// A log file that several processes append to: whole lines, put aside in time, and no line lost while the disk is full.

import { LineQueue } from "./line_queue.ts";
import { explain, isMissing, lookAt, type OpenLogFile, openToAppend } from "./open_log_file.ts";
import { type Keeping, putAside, tidy } from "./put_aside.ts";
import { Rotation, type RotationRule } from "./rotation.ts";

export interface LogFileOptions extends RotationRule, Keeping {
  /** Absolute. */
  readonly path: string;
  /** Whether this process is the one that puts the file aside; the others notice. */
  readonly rotates: boolean;
  readonly now: () => Date;
  /** Takes a line for standard error. */
  readonly complain: (line: string) => void;
  /** The line that says how many were dropped. */
  readonly dropNotice: (lines: number) => string;
}

/** Milliseconds between two looks at the path, and between two attempts to write after one has failed. */
const lookEvery = 1000;

const lineEnd = 0x0a;

/** Milliseconds between two attempts to put the file aside, and between two looks at files that are to be compressed. */
const patience = 30_000;

export class LogFile {
  readonly #options: LogFileOptions;
  readonly #queue = new LineQueue();
  readonly #rotation: Rotation;
  readonly #timer: NodeJS.Timeout;
  #handle: OpenLogFile | undefined;
  /** What is being done with the file: one thing at a time. */
  #work: Promise<void> | undefined;
  #lookAt = 0;
  /** Octets that may still be written before the size has to be looked at. */
  #room = 0;
  #restUntil = 0;
  #tidyAt = 0;
  #rotateFrom = 0;
  /** What keeps it from being written; told once. */
  #trouble: string | undefined;
  /** The file ends within a line. */
  #torn = false;
  #closed = false;

  constructor(options: LogFileOptions) {
    this.#options = options;
    this.#rotation = new Rotation(options);
    this.#timer = setInterval(() => this.#begin(), lookEvery);
    this.#timer.unref();
  }

  /** Lines that were dropped since it was opened. */
  get dropped(): number {
    return this.#queue.droppedInAll;
  }

  /** Takes one line without its line end; never waits. */
  write(line: string): void {
    this.#queue.push(line);
    // After the turn of the event loop, so that its lines leave together.
    if (this.#work === undefined && this.#trouble === undefined) this.#work = soon().then(() => this.#run());
  }

  /** It may have been moved away. */
  reopen(): void {
    this.#lookAt = 0;
    this.#begin();
  }

  /** Writes what waits, if it can be. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closed = true;
    this.#restUntil = 0;
    await this.#work;
    await this.#run();
    await this.#release();
  }

  #begin(): void {
    this.#work ??= this.#run();
  }

  async #run(): Promise<void> {
    try {
      if (performance.now() < this.#restUntil) return;
      do {
        await this.#look();
        await this.#writeBatch();
      } while (!this.#queue.empty && this.#trouble === undefined);
    } catch (error) {
      await this.#fail(error);
    } finally {
      this.#work = undefined;
    }
    if (!this.#queue.empty && this.#trouble === undefined && !this.#closed) this.#begin();
  }

  /** Is the path still our file, and is it time to put it aside? Once a second, or when the size may be reached. */
  async #look(): Promise<void> {
    const { path, rotates, now } = this.#options;
    if (performance.now() < this.#lookAt && this.#room > 0) return;
    this.#lookAt = performance.now() + lookEvery;
    const seen = await lookAt(path);
    if (seen !== undefined && rotates && performance.now() >= this.#rotateFrom && this.#rotation.isDue(seen, now())) {
      await this.#rotate();
    } else if (seen?.ino !== this.#handle?.ino || seen?.dev !== this.#handle?.dev) await this.#release();
    this.#room = this.#roomIn(await lookAt(path));
    if (rotates && performance.now() >= this.#tidyAt) await this.#tidy();
  }

  #roomIn(seen: { readonly size: number } | undefined): number {
    const { size, rotates } = this.#options;
    if (size === 0 || !rotates || performance.now() < this.#rotateFrom) return Infinity;
    return size - (seen?.size ?? 0);
  }

  async #rotate(): Promise<void> {
    const { path, now, complain } = this.#options;
    try {
      await putAside(path, now());
      await this.#release();
      this.#tidyAt = 0;
    } catch (error) {
      this.#rotateFrom = performance.now() + patience;
      complain(`log file ${path}: it cannot be put aside, so it grows: ${explain(error)}`);
    }
  }

  async #tidy(): Promise<void> {
    const { path, now, complain } = this.#options;
    this.#tidyAt = Infinity;
    try {
      if (await tidy(path, this.#options, now())) this.#tidyAt = performance.now() + patience;
    } catch (error) {
      // There may be no folder yet: nothing has been written.
      if (!isMissing(error)) complain(`log file ${path}: older ones cannot be tidied: ${explain(error)}`);
    }
  }

  async #writeBatch(): Promise<void> {
    const batch = this.#queue.take();
    if (batch === undefined) return;
    const notWritten = await this.#append(batch.lines).catch((error: unknown) => ({ lines: batch.lines, error }));
    this.#room -= batch.octets;
    this.#queue.putBack(notWritten.lines);
    if (notWritten.error !== undefined) throw notWritten.error;
    if (this.#trouble !== undefined) this.#recover();
  }

  /** In one call of the system, which appends as a whole on a local disk. The lines that did not get in. */
  async #append(lines: readonly string[]): Promise<{ readonly lines: readonly string[]; readonly error?: unknown }> {
    this.#handle ??= await openToAppend(this.#options.path);
    const { file } = this.#handle;
    const before = this.#torn ? "\n" : "";
    const octets = Buffer.from(`${before}${lines.join("\n")}\n`);
    const { bytesWritten } = await file.write(octets, 0, octets.length, null).catch((error: unknown) => {
      // Deno does not say how much got in: better a batch twice, and an empty line, than a torn one.
      this.#torn = true;
      throw error;
    });
    if (bytesWritten === octets.length) {
      this.#torn = false;
      return { lines: [] };
    }
    // The disk is full. The line that got in half comes again, on a line of its own.
    if (bytesWritten > 0) this.#torn = octets[bytesWritten - 1] !== lineEnd;
    const whole = lineEndsIn(octets.subarray(before.length, bytesWritten));
    return { lines: lines.slice(whole), error: new Error("no space is left on the device") };
  }

  async #fail(error: unknown): Promise<void> {
    const { path, complain } = this.#options;
    await this.#release();
    this.#restUntil = performance.now() + lookEvery / 2;
    if (this.#trouble !== undefined) return;
    this.#trouble = explain(error);
    complain(`log file ${path}: it cannot be written, lines wait and then are dropped: ${this.#trouble}`);
  }

  #recover(): void {
    const { path, complain, dropNotice } = this.#options;
    const dropped = this.#queue.takeDropped();
    this.#trouble = undefined;
    complain(`log file ${path}: it is written again, ${dropped} lines were dropped`);
    if (dropped > 0) this.#queue.push(dropNotice(dropped));
  }

  async #release(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.file.close().catch(() => {});
  }
}

function lineEndsIn(octets: Uint8Array): number {
  return octets.reduce((ends, octet) => octet === lineEnd ? ends + 1 : ends, 0);
}

function soon(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
