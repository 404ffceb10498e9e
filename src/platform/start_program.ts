// Starts a program without a shell, with pipes to its file descriptors 0 to 3, and ends it with all that it started.

import { type ChildProcess, spawn } from "node:child_process";
import { kill } from "node:process";
import type { Writable } from "node:stream";

export interface ProgramStart {
  /** Absolute: nothing is searched for. */
  readonly program: string;
  readonly arguments: readonly string[];
  /** What can be read from file descriptors 0 and 3; then they end. */
  readonly input: Uint8Array;
  readonly descriptor3: Uint8Array;
  /** So many octets of what is written to 1 and 2 are kept. */
  readonly mostOutput: number;
  readonly mostErrors: number;
}

export type ProgramEnd =
  | {
    readonly kind: "ended";
    readonly status: number | null;
    readonly signal: string | null;
    readonly output: Uint8Array;
    readonly errors: Uint8Array;
  }
  /** It could not be started; `code` is the system's, if there is one. */
  | { readonly kind: "notStarted"; readonly code: string | undefined; readonly message: string };

/** Milliseconds in which what was written must have arrived once the program has ended. */
const lastWords = 200;

/**
 * The environment is empty (Deno adds DENO_EXTRA_STDIO_FDS), the folder is `/`, the process group is its own. When the
 * signal is aborted, or the program has ended, whatever is left of the group is killed. Under Deno only an unrestricted
 * --allow-run lets anybody signal a group: with a list of programs the program alone is killed.
 */
export function runProgram(start: ProgramStart, signal: AbortSignal): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = started(start);
    if (child instanceof Error) return resolve(notStarted(child));
    const output = collect(child.stdout, start.mostOutput);
    const errors = collect(child.stderr, start.mostErrors);
    const abort = (): void => killGroup(child);
    signal.addEventListener("abort", abort, { once: true });
    const settle = (end: ProgramEnd): void => {
      signal.removeEventListener("abort", abort);
      for (const stream of child.stdio) stream?.destroy();
      resolve(end);
    };
    child.once("error", (error) => settle(notStarted(error)));
    child.once("exit", (status, killedBy) => {
      killGroup(child);
      const ended = (): void => settle({ kind: "ended", status, signal: killedBy, output: output(), errors: errors() });
      // Somebody else may hold its pipes for ever.
      const timer = setTimeout(ended, lastWords);
      child.once("close", () => {
        clearTimeout(timer);
        ended();
      });
    });
    give(child.stdin, start.input);
    give(child.stdio[3] as Writable | null, start.descriptor3);
    if (signal.aborted) abort();
  });
}

/** Deno throws where the others emit. */
function started({ program, arguments: given }: ProgramStart): ChildProcess | Error {
  try {
    return spawn(program, given, { stdio: ["pipe", "pipe", "pipe", "pipe"], env: {}, cwd: "/", detached: true });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function notStarted(error: Error): ProgramEnd {
  return { kind: "notStarted", code: (error as NodeJS.ErrnoException).code, message: error.message };
}

/** Whoever does not read what it is given is free to. */
function give(stream: Writable | null | undefined, octets: Uint8Array): void {
  stream?.on("error", () => {});
  stream?.end(octets);
}

function collect(stream: ChildProcess["stdout"], most: number): () => Uint8Array {
  const kept: Uint8Array[] = [];
  let length = 0;
  stream?.on("error", () => {});
  stream?.on("data", (piece: Uint8Array) => {
    const part = piece.subarray(0, most - length);
    length += part.length;
    if (part.length > 0) kept.push(part);
  });
  return () => Buffer.concat(kept);
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    kill(-child.pid, "SIGKILL");
  } catch (error) {
    // ESRCH: nobody is left.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") child.kill("SIGKILL");
  }
}
