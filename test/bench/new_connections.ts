// New connections a second: connect, greeting, EHLO, QUIT, closed; and whether the clients or the daemon set the pace.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { DaemonProcess } from "../support/daemon_process.ts";
import { run } from "../support/programs.ts";
import { projectRoot } from "../support/runtimes.ts";
import { chosenRuntimes, directCommand, type RuntimeName, startBareServer, startBenchDaemon } from "./bench_daemon.ts";
import { processorSeconds } from "./process_figures.ts";

export interface Newcomers {
  readonly kind: "plain" | "starttls";
  readonly sessions: number;
  /** Client processes, and sessions that each has at the same time. */
  readonly sources: number;
  readonly atOnce: number;
}

interface Sent {
  readonly seconds: number;
  /** Of the busiest client process. */
  readonly clients: number;
  readonly daemon: number;
}

export async function measureNewcomers(
  names: readonly RuntimeName[],
  newcomers: Newcomers,
  print: (line: string) => void,
): Promise<void> {
  const { kind, sessions, sources } = newcomers;
  const how = kind === "plain" ? "plain" : "STARTTLS";
  print(`New sessions a second (${how}, EHLO and QUIT); client processes: ${sources}\n`);
  print(row(["", "sessions/s", "daemon busy", "clients busy"]));
  for (const [title, start] of servers(names, kind)) {
    const daemon = await start();
    try {
      await send(daemon, { ...newcomers, sessions: Math.ceil(sessions / 4) });
      const { seconds, clients, daemon: served } = await send(daemon, newcomers);
      print(row([title, Math.round(sessions / seconds).toString(), percent(served), percent(clients)]));
      if (clients > served) print("  (the clients were busier than the daemon: it could do more)");
    } finally {
      await daemon.stop();
    }
  }
  print("");
}

type Start = () => Promise<DaemonProcess>;

function servers(names: readonly RuntimeName[], kind: Newcomers["kind"]): readonly (readonly [string, Start])[] {
  return names.flatMap((name) => [
    ...kind === "plain" ? [[`without plugins, ${name}`, () => startBareServer(name)] as const] : [],
    [`all plugins, ${name}`, () => startBenchDaemon(name)] as const,
  ]);
}

async function send(daemon: DaemonProcess, { kind, sessions, sources, atOnce }: Newcomers): Promise<Sent> {
  const before = processorSeconds(daemon.pid);
  const args = [String(daemon.port), String(Math.ceil(sessions / sources)), String(atOnce), kind];
  const [node, ...first] = directCommand("Node");
  const file = join(projectRoot, "test/bench/connection_source.ts");
  const ran = await Promise.all(Array.from({ length: sources }, () => run(node, [...first, file, ...args])));
  const used = processorSeconds(daemon.pid) - before;
  const figures = ran.map(({ code, stdout, stderr }) => {
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as { readonly seconds: number; readonly processor: number };
  });
  const seconds = Math.max(...figures.map((figure) => figure.seconds));
  const clients = Math.max(...figures.map((figure) => figure.processor / figure.seconds));
  return { seconds, clients, daemon: used / seconds };
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

function row([title = "", ...figures]: readonly string[]): string {
  return title.padEnd(24) + figures.map((figure) => figure.padStart(14)).join("");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const kind = process.argv.includes("--starttls") ? "starttls" : "plain";
  const sources = process.argv.includes("--two") ? 2 : 1;
  const sessions = kind === "plain" ? 12_000 : 3000;
  await measureNewcomers(chosenRuntimes(process.argv), { kind, sessions, sources, atOnce: 50 }, console.log);
}
