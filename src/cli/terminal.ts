// Standard output and the keyboard as commands see them: a terminal with its size, colours and keys, or a pipe.

import type { ReadStream, WriteStream } from "node:tty";
import process from "node:process";
import type { Environment } from "./variables.ts";

export interface Terminal {
  /** Somebody looks at it. */
  readonly interactive: boolean;
  readonly colours: boolean;
  size(): Size;
  /** The text as it is. Resolves when there is room for more; false: nobody reads any more. */
  write(text: string): Promise<boolean>;
  /** Aborted by SIGINT and SIGTERM, and when nobody reads any more. */
  readonly over: AbortSignal;
  /** Single keys, and each new size, until the function that is returned is called. */
  watch(onKey: (key: string) => void, onResize: () => void): () => void;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** That of the process. Opened by the commands that need it: whoever serves has signals of its own. */
export function openTerminal(input: ReadStream, output: WriteStream, environment: Environment): Terminal {
  const over = new AbortController();
  const end = (): void => over.abort();
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  // A closed pipe (EPIPE) is no fault: `| head` has enough.
  output.on("error", end);
  const interactive = output.isTTY === true;
  return {
    interactive,
    colours: mayColour(interactive, environment),
    size: () => ({ columns: positive(output.columns, 80), rows: positive(output.rows, 24) }),
    write: (text) => write(output, text, over.signal),
    over: over.signal,
    watch: (onKey, onResize) => watch(input, output, onKey, onResize),
  };
}

/** https://no-color.org: whatever NO_COLOR says, if it says something. */
export function mayColour(interactive: boolean, environment: Environment): boolean {
  return interactive && !environment["NO_COLOR"] && environment["TERM"] !== "dumb";
}

function positive(value: number | undefined, otherwise: number): number {
  return value !== undefined && value > 0 ? value : otherwise;
}

function write(output: WriteStream, text: string, over: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (over.aborted || output.destroyed) return resolve(false);
    const settle = (): void => {
      over.removeEventListener("abort", settle);
      resolve(!over.aborted);
    };
    over.addEventListener("abort", settle);
    output.write(text, (error) => error === undefined || error === null ? settle() : resolve(false));
  });
}

function watch(
  input: ReadStream,
  output: WriteStream,
  onKey: (key: string) => void,
  onResize: () => void,
): () => void {
  const read = (octets: Uint8Array): void => {
    for (const key of new TextDecoder().decode(octets)) onKey(key);
  };
  const keys = input.isTTY === true;
  if (keys) {
    input.setRawMode(true);
    input.on("data", read);
    input.resume();
  }
  output.on("resize", onResize);
  return () => {
    output.off("resize", onResize);
    if (!keys) return;
    input.off("data", read);
    input.setRawMode(false);
    // Input that is still open would keep the program from ending.
    input.destroy();
  };
}
