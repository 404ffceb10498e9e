// A program that runs while a test talks to it; all it prints is kept.

import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { after } from "node:test";
import { endGroupWithFile } from "./left_over.ts";
import { projectRoot } from "./runtimes.ts";

export interface StartedProcess {
  readonly pid: number;
  output(): string;
  /** Waits for output that matches, from offset `from` on. Rejects when the program ends or takes too long. */
  until(pattern: RegExp, from?: number): Promise<RegExpExecArray>;
  signal(name: NodeJS.Signals): void;
  /** The exit code; null if it was killed. Also waits for children that hold its output. */
  exited(): Promise<number | null>;
}

/** Milliseconds, on a loaded machine. */
const patience = 120_000;

/** Runs in the folder of the project, until the test that starts it ends. */
export function startProcess(
  [program, ...args]: readonly [string, ...string[]],
  environment: { readonly [name: string]: string } = {},
): StartedProcess {
  const child = spawn(program, args, {
    cwd: projectRoot,
    stdio: ["ignore", "pipe", "pipe"],
    // Many daemons run at once, and few of them are asked by their API.
    env: { ...process.env, QPSMTPD_ADMIN: "off", ...environment },
    // A process group of its own, so that whatever it starts is reached, too.
    detached: true,
  });
  // A test that fails must leave nothing behind.
  after(endGroupWithFile(child));
  return follow(child);
}

function follow(child: ChildProcess): StartedProcess {
  let output = "";
  let ended = false;
  const changed = new Set<() => void>();
  const wake = (): void => changed.forEach((each) => each());
  const read = (text: string): void => {
    output += text;
    wake();
  };
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", read);
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  void exited.then(() => {
    ended = true;
    wake();
  });
  const until = (pattern: RegExp, from = 0): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        changed.delete(look);
        act();
      };
      const look = (): void => {
        const found = pattern.exec(output.slice(from));
        if (found !== null) settle(() => resolve(found));
        else if (ended) settle(() => reject(new Error(`ended without ${pattern}:\n${output}`)));
      };
      const timer = setTimeout(() => settle(() => reject(new Error(`no ${pattern}:\n${output}`))), patience);
      changed.add(look);
      look();
    });
  return { pid: child.pid ?? 0, output: () => output, until, signal: (name) => child.kill(name), exited: () => exited };
}

/** The processes whose parent is `pid`. */
export function childrenOf(pid: number): readonly number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && parentOf(name) === pid).map(Number);
}

function parentOf(pid: string): number {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    // Gone meanwhile.
    return -1;
  }
}
