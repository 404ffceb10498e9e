// The real daemon as a process with its own configuration and state folder.

import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DnsServer } from "./dns_server.ts";
import { endGroupWithFile } from "./left_over.ts";
import { run } from "./programs.ts";
import { projectRoot, type Runtime } from "./runtimes.ts";

export interface DaemonSetup {
  /**
   * TOML in the place of the shipped qpsmtpd.toml; if absent the shipped file, whose plugins then ask a name server of
   * their own, which knows no name: that of the machine may take its time.
   */
  readonly toml?: string;
  /** List files beside it, over the shipped ones. */
  readonly lists?: { readonly [name: string]: string };
  readonly args?: readonly string[];
  /** The listeners are those of the TOML, all on 127.0.0.1, in the place of one plain one. */
  readonly ownListeners?: boolean;
  /** Where the API is, as `admin.listen`; off if absent, since many daemons run at once. */
  readonly admin?: string;
  /** A folder that exists; a fresh one if absent. */
  readonly state?: string;
}

/** A daemon that has printed where it listens. `stop` ends it by SIGTERM and gives its exit code. */
export interface DaemonProcess {
  readonly port: number;
  /** All ports in the order of the configuration; `port` is the first. */
  readonly ports: readonly number[];
  readonly pid: number;
  readonly folder: string;
  readonly state: string;
  /** Everything printed so far, standard output and error together. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  exited(): Promise<number | null>;
  stop(): Promise<number | null>;
}

/** Milliseconds a start may take on a loaded machine. */
const startWithin = 120_000;

export async function startDaemon(runtime: Runtime, setup: DaemonSetup = {}): Promise<DaemonProcess> {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-test-"));
  const config = join(folder, "config");
  cpSync(join(projectRoot, "config"), config, { recursive: true });
  symlinkSync(join(projectRoot, "build"), join(folder, "build"));
  const dns = setup.toml === undefined ? await DnsServer.start() : undefined;
  writeFileSync(join(config, "qpsmtpd.toml"), setup.toml ?? asking(dns, join(config, "qpsmtpd.toml")));
  for (const [name, text] of Object.entries(setup.lists ?? {})) {
    mkdirSync(dirname(join(config, name)), { recursive: true });
    writeFileSync(join(config, name), text);
  }
  const state = setup.state ?? join(folder, "var");
  mkdirSync(state, { recursive: true });
  const [program, ...before] = runtime.command;
  const listen = setup.ownListeners === true ? [] : ["--listen", "127.0.0.1:0"];
  const args = [
    ...before,
    "--config",
    join(config, "qpsmtpd.toml"),
    ...listen,
    "--state",
    state,
  ];
  const child = spawn(program, [...args, ...setup.args ?? []], {
    cwd: projectRoot,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, QPSMTPD_ADMIN: setup.admin ?? "off" },
    // A process group of its own, so that the daemon behind a wrapper is reached, too.
    detached: true,
  });
  const kill = endGroupWithFile(child);
  child.once("close", () => void dns?.stop());
  return await listening(child, folder, state).catch((error: unknown) => {
    kill();
    throw error;
  });
}

function asking(dns: DnsServer | undefined, file: string): string {
  const toml = readFileSync(file, "utf8");
  const changed = toml.replace("\n# servers = []\n", `\nservers = ["127.0.0.1:${dns?.port}"]\n`);
  if (changed === toml) throw new Error(`${file} has no commented dns.servers any more`);
  return changed;
}

async function listening(child: ChildProcess, folder: string, state: string): Promise<DaemonProcess> {
  let output = "";
  const exited = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  const ports = await new Promise<readonly number[]>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`did not start:\n${output}`)), startWithin);
    const read = (text: string): void => {
      output += text;
      const listens = /^ +listens +(.*)$/m.exec(output)?.[1];
      if (listens === undefined || !output.includes("swaks")) return;
      clearTimeout(timer);
      resolve([...listens.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port)));
    };
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", read);
    void exited.then((code) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code}:\n${output}`));
    });
  });
  return {
    port: ports[0] ?? 0,
    ports,
    pid: child.pid ?? 0,
    folder,
    state,
    output: () => output,
    signal: (name) => child.kill(name),
    exited: () => exited,
    stop: async () => {
      child.kill("SIGTERM");
      const code = await exited;
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}

/** The messages that lie in a Maildir's `new`, oldest name first. */
export function mailIn(maildir: string): Uint8Array[] {
  const folder = join(maildir, "new");
  return readdirSync(folder).sort().map((name) => readFileSync(join(folder, name)));
}

/** `deno task` and other wrappers run the daemon as a child; the one to kill is the last in the chain. */
export async function daemonPid(daemon: DaemonProcess): Promise<number> {
  let pid = daemon.pid;
  for (;;) {
    const children = (await run("pgrep", ["-P", String(pid)])).stdout.trim().split("\n").filter((line) => line !== "");
    const [child] = children;
    if (child === undefined) return pid;
    pid = Number(child);
  }
}
