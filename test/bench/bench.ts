// `npm run bench`: messages a second and microseconds a hook call, beside nodemailer's smtp-server in the same run.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DnsServer } from "../support/dns_server.ts";
import { lacking } from "../support/programs.ts";
import { projectRoot, type Runtime, runtimes } from "../support/runtimes.ts";
import { chosenRuntimes } from "./bench_daemon.ts";
import { shippedChain } from "./chains.ts";
import { measureHooks } from "./hook_calls.ts";
import { measureIdle } from "./idle_connections.ts";
import { measureNewcomers } from "./new_connections.ts";
import { measureChains } from "./plugin_chains.ts";
import { sendMail } from "./send_mail.ts";
import { measureSlowClients } from "./slow_clients.ts";

interface Contender {
  readonly name: string;
  readonly command: readonly string[];
}

/** How smtp-source is told to send, and how many messages that is. */
interface Load {
  readonly name: string;
  readonly args: readonly string[];
  readonly messages: number;
  /** Octets of one message; with it the figure is MB/s. */
  readonly megabytes?: number;
}

const loads: readonly Load[] = [
  { name: "one a connection", args: ["-s", "20", "-m", "4000", "-l", "2000"], messages: 4000 },
  { name: "many a connection", args: ["-d", "-s", "20", "-m", "20000", "-l", "2000"], messages: 20_000 },
  { name: "20 MB, MB/s", args: ["-d", "-s", "1", "-m", "15", "-l", "20000000"], messages: 15, megabytes: 20 },
];

const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-bench-"));
const only = process.argv.slice(2);

const missing = lacking("smtp-source");
if (missing !== false) {
  console.error(`The bench ${missing}`);
  process.exit(1);
}

try {
  await benchThroughput();
  await measureChains(console.log);
  await measureHooks(console.log);
  await benchConnections();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function benchThroughput(): Promise<void> {
  console.log("Throughput by smtp-source: 20 connections, 2 KB a message; accepted and discarded\n");
  console.log(row(["", ...loads.map(({ name }) => name)]));
  const dns = await DnsServer.start();
  for (const contender of contenders(dns.port)) {
    const figures: string[] = [];
    for (const load of loads) figures.push(await measure(contender, load));
    console.log(row([contender.name, ...figures]));
  }
  await dns.stop();
  console.log("\n(smtp-server delays every greeting by 100 ms, which is its figure for one a connection.)\n");
}

/** What connections cost beside messages: coming, staying, and being slow. */
async function benchConnections(): Promise<void> {
  const names = chosenRuntimes(only);
  console.log();
  await measureNewcomers(names, { kind: "plain", sessions: 12_000, sources: 1, atOnce: 50 }, console.log);
  await measureNewcomers(names, { kind: "starttls", sessions: 3000, sources: 1, atOnce: 50 }, console.log);
  await measureIdle(names, { connections: 5000, tls: false }, console.log);
  await measureIdle(names, { connections: 1000, tls: true }, console.log);
  await measureSlowClients(console.log);
}

function contenders(dns: number): readonly Contender[] {
  const node = join(projectRoot, "node_modules/.bin/node");
  const wanted = runtimes.filter(({ name }) => only.length === 0 || only.includes(name));
  return [
    { name: "smtp-server, Node", command: [node, "test/bench/serve_smtp_server.ts"] },
    ...wanted.flatMap((runtime) => [
      { name: `without plugins, ${runtime.name}`, command: [...bare(runtime), "test/bench/serve_bare.ts"] },
      { name: `all plugins, ${runtime.name}`, command: [...bare(runtime), "src/main.ts", ...allPlugins(dns)] },
    ]),
  ];
}

/** The runtime itself, with every permission where it asks for some: a task runner in between would hide its signals. */
function bare({ name, command }: Runtime): readonly string[] {
  return name === "Deno" ? [command[0], "run", "--quiet", "-A"] : [command[0]];
}

/** Nothing is kept, little is logged. */
function allPlugins(dns: number): readonly string[] {
  const { toml, lists } = shippedChain(dns);
  const plugins = `directories = ["${join(projectRoot, "build/plugins")}"]`;
  writeFileSync(join(folder, "qpsmtpd.toml"), toml.replace("# directories = []", plugins));
  for (const [name, text] of Object.entries(lists)) writeFileSync(join(folder, name), text);
  return ["--config", join(folder, "qpsmtpd.toml"), "--listen", "127.0.0.1:0", "--state", join(folder, "var")];
}

async function measure(contender: Contender, load: Load): Promise<string> {
  const [program = "", ...args] = contender.command;
  const child = spawn(program, args, { cwd: projectRoot, stdio: ["ignore", "pipe", "inherit"] });
  try {
    const target = await addressOf(child);
    const warmUp = load.megabytes === undefined ? "2000" : "2";
    await sendMail(target, [...load.args.map((arg, index) => load.args[index - 1] === "-m" ? warmUp : arg)]);
    const started = performance.now();
    await sendMail(target, load.args);
    const seconds = (performance.now() - started) / 1000;
    return Math.round(load.messages * (load.megabytes ?? 1) / seconds).toString();
  } finally {
    child.kill("SIGKILL");
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (chunk: Uint8Array) => {
      text += new TextDecoder().decode(chunk);
      const found = /127\.0\.0\.1:\d+/.exec(text);
      if (found !== null && text.includes("swaks")) resolve(found[0]);
    });
    child.once("exit", () => reject(new Error(`the server ended: ${text}`)));
  });
}

function row(cells: readonly string[]): string {
  return cells.map((cell, index) => index === 0 ? cell.padEnd(24) : cell.padStart(18)).join("");
}
