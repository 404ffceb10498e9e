// What a test has started ends with its test file, however the test went: a program that runs on, or a socket that
// listens on, would keep the file from ever ending.

import type { ChildProcess } from "node:child_process";
import { after } from "node:test";

/** Milliseconds after the last test until what is left over is ended, and until the file ends although something is. */
const patience = { end: 20_000, file: 40_000 };

const left = new Set<() => void>();

function endAll(): void {
  for (const end of left) end();
  left.clear();
}

process.once("exit", endAll);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

/** Other hooks of the file may be about to end it in order, which takes a while. Who leaves nothing does not wait. */
function watchTheEnd(): void {
  setTimeout(endAll, patience.end).unref();
  setTimeout(() => {
    console.error(`The tests are over, but something is still open: ${process.getActiveResourcesInfo().join(", ")}`);
    process.exit(1);
  }, patience.file).unref();
}

// Here nobody is in a test yet, so it is the end of the file that is meant. Benchmarks start programs, too.
if (process.argv[1]?.endsWith("_test.ts") === true) after(watchTheEnd);

/** Calls `end` when the file is over, unless what is returned was called before. */
export function endWithFile(end: () => void): () => void {
  left.add(end);
  return () => void left.delete(end);
}

/** Kills the group of a child that was started with `detached`, when the file is over; gives what kills it at once. */
export function endGroupWithFile(child: ChildProcess): () => void {
  const end = (): void => signalGroup(child, "SIGKILL");
  const forget = endWithFile(end);
  let isOver = false;
  // Whoever has its output is gone, too.
  child.once("close", () => {
    isOver = true;
    forget();
  });
  return () => {
    if (!isOver) end();
  };
}

export function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It ended by itself.
  }
}
