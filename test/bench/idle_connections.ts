// Resident memory of an idle connection at 5,000 of them, beyond what a server without any work in it needs.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { connect as secure } from "node:tls";
import { pathToFileURL } from "node:url";
import { projectRoot } from "../support/runtimes.ts";
import { chosenRuntimes, directCommand, type RuntimeName, startBenchDaemon } from "./bench_daemon.ts";
import { residentKilobytes } from "./process_figures.ts";

interface Idle {
  readonly connections: number;
  /** Over STARTTLS, which the server without work does not know. */
  readonly tls: boolean;
}

/** Connections that are opened at the same time. */
const atOnce = 50;

export async function measureIdle(
  names: readonly RuntimeName[],
  idle: Idle,
  print: (line: string) => void,
): Promise<void> {
  const { connections, tls } = idle;
  print(`KB of resident memory for each of ${connections} idle ${tls ? "TLS" : "plain"} connections, after EHLO\n`);
  print(row(["", "daemon", ...tls ? [] : ["net alone", "difference"]]));
  for (const name of names) {
    const baseline = tls ? undefined : await alone(name, idle);
    for (const [title, flags] of variants(name)) {
      const daemon = await startBenchDaemon(name, undefined, flags);
      const ours = await perConnection(daemon.port, daemon.pid, idle).finally(() => daemon.stop());
      print(row([title, ours, ...baseline === undefined ? [] : [baseline, ours - baseline]]));
    }
  }
  print("");
}

/** V8 keeps up to three times its semi-space for young objects, and takes its time to give any of it back. */
function variants(name: RuntimeName): readonly (readonly [title: string, flags: readonly string[]])[] {
  const small = "--max-semi-space-size=16";
  return name === "Node" ? [["Node as by npm start", [small]], ["Node by itself", []]] : [[name, []]];
}

async function alone(name: RuntimeName, idle: Idle): Promise<number> {
  const [program, ...args] = directCommand(name);
  const child = spawn(program, [...args, "test/bench/serve_nothing.ts"], {
    cwd: projectRoot,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    return await perConnection(await portOf(child), child.pid ?? 0, idle);
  } finally {
    child.kill("SIGKILL");
  }
}

async function portOf(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error("no standard output");
  const [line] = await once(child.stdout, "data") as [Uint8Array];
  return Number(new TextDecoder().decode(line).split(":")[1]);
}

async function perConnection(port: number, pid: number, { connections, tls }: Idle): Promise<number> {
  // What the first sessions load and compile is not the price of the others.
  for (const socket of await open(port, 200, tls)) socket.destroy();
  await pause(2000);
  const before = residentKilobytes(pid);
  const sockets = await open(port, connections, tls);
  await pause(3000);
  const kilobytes = (residentKilobytes(pid) - before) / connections;
  const lost = sockets.filter((socket) => socket.destroyed).length;
  for (const socket of sockets) socket.destroy();
  if (lost > 0) throw new Error(`${lost} of ${connections} connections were closed`);
  return kilobytes;
}

async function open(port: number, count: number, tls: boolean): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, async (_, first) => {
    for (let number = first; number < count; number += atOnce) sockets.push(await greeted(port, tls));
  }));
  return sockets;
}

async function greeted(port: number, tls: boolean): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await reply(socket, "220");
  await ask(socket, "EHLO idle.example.org", "250");
  if (!tls) return socket;
  await ask(socket, "STARTTLS", "220");
  const secured = secure({ socket, rejectUnauthorized: false });
  await once(secured, "secureConnect");
  await ask(secured, "EHLO idle.example.org", "250");
  return secured;
}

async function ask(socket: Socket, line: string, code: string): Promise<void> {
  socket.write(`${line}\r\n`);
  await reply(socket, code);
}

async function reply(socket: Socket, code: string): Promise<void> {
  let text = "";
  while (!/^\d{3}(?: .*)?\r\n/m.test(text)) {
    const [chunk] = await Promise.race([once(socket, "data"), once(socket, "end")]) as [Uint8Array | undefined];
    if (chunk === undefined) throw new Error(`the connection was closed instead of ${code}`);
    text += new TextDecoder().decode(chunk);
  }
  if (!text.startsWith(code)) throw new Error(`${text.trim()} instead of ${code}`);
}

function row([title = "", ...figures]: readonly (string | number)[]): string {
  const cells = figures.map((figure) => typeof figure === "number" ? figure.toFixed(1) : figure);
  return String(title).padEnd(34) + cells.map((cell) => cell.padStart(12)).join("");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const tls = process.argv.includes("--tls");
  await measureIdle(chosenRuntimes(process.argv), { connections: tls ? 1000 : 5000, tls }, console.log);
}
