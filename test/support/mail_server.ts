// What a test may ask of somebody else's mail server, whichever it is.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "./eventually.ts";
import { endGroupWithFile, signalGroup } from "./left_over.ts";
import { isListening } from "./loopback_port.ts";

/** A running server with a queue and mailboxes of its own, in a folder that `stop` removes. */
export interface MailServer {
  /** Where it takes mail by SMTP, for everybody and from everybody. */
  readonly port: number;
  /** All that it has logged. */
  log(): string;
  /** Recipients that wait for delivery. */
  queued(): Promise<number>;
  /** Tries all that wait now. */
  flush(): Promise<void>;
  /** Messages in a mailbox of its own domain, as latin1 text; line ends as it wrote them. */
  mailbox(localPart: string): readonly string[];
  stop(): Promise<void>;
}

export interface MailServerSetup {
  /** The port of 127.0.0.1 to which it sends all mail that is not for its own domain. */
  readonly next?: number;
  /** Where it listens; a free port if absent. */
  readonly port?: number;
  /** Its own domain; `sender.test` if absent. */
  readonly domain?: string;
  /** Lines for the end of its configuration. */
  readonly more?: string;
}

/** The local-parts that exist in its own domain. */
export const mailboxes = ["author", "reader"] as const;

/** One more, where the program can: its name needs SMTPUTF8. */
export const utf8Mailbox = "лев";

export interface Started {
  /** Standard output and error. */
  output(): string;
  /** Sends SIGTERM, and SIGKILL to one that stays. */
  stop(): Promise<void>;
}

/** Starts a program that stays in the foreground, and waits until it listens. */
export async function startListening(
  program: string,
  args: readonly string[],
  port: number,
  log: () => string = () => "",
): Promise<Started> {
  // A process group of its own, so that `stop` reaches whatever it starts.
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  const kill = endGroupWithFile(child);
  let output = "";
  const read = (text: string): void => void (output += text);
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", read);
  child.once("error", (problem) => output += problem.message);
  // Not "close": its children may still hold its output for a while.
  const exited = new Promise((resolve) => child.once("exit", resolve));
  await eventually(() => `${program} does not listen\n${output}${log()}`, async () => {
    const isThere = await isListening(port);
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}\n${output}${log()}`);
    return isThere ? true : undefined;
  }).catch((error: unknown) => {
    kill();
    throw error;
  });
  return { output: () => output, stop: () => end(child, exited) };
}

async function end(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  signalGroup(child, "SIGTERM");
  const timer = setTimeout(() => signalGroup(child, "SIGKILL"), 10_000);
  await exited;
  clearTimeout(timer);
  // What it leaves behind would still write into the folder that is removed next.
  signalGroup(child, "SIGKILL");
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/** The files of a folder as latin1 text, in the order of their names; none if it does not exist yet. */
export function messagesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).sort().map((name) => readFileSync(join(folder, name), "latin1"));
}
