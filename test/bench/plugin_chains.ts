// What plugins cost a message: none, 15 trivial ones, the shipped configuration. On Node.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type DaemonProcess, startDaemon } from "../support/daemon_process.ts";
import { DnsServer } from "../support/dns_server.ts";
import { eventually } from "../support/eventually.ts";
import { projectRoot } from "../support/runtimes.ts";
import { directCommand } from "./bench_daemon.ts";
import { type Chain, chains } from "./chains.ts";
import { processorSeconds } from "./process_figures.ts";
import { sendMail } from "./send_mail.ts";

interface Load {
  readonly title: string;
  readonly args: readonly string[];
  readonly messages: number;
}

const loads: readonly Load[] = [
  { title: "one a connection", args: ["-s", "20", "-l", "2000"], messages: 4000 },
  { title: "many a connection", args: ["-d", "-s", "20", "-l", "2000"], messages: 10_000 },
];

/** So many that the runtime has compiled what it will compile. */
const warmUp = 10_000;

interface Figures {
  readonly perSecond: number;
  /** Microseconds of the daemon's processor time for one message, compiling and collecting included. */
  readonly processor: number;
}

export async function measureChains(print: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-chains-"));
  const dns = await DnsServer.start();
  print("Plugins on Node: messages a second; microseconds of processor time a message, and more than with none\n");
  print(row(["", ...loads.flatMap(({ title }) => [title, "processor", "more"])]));
  try {
    let none: readonly Figures[] = [];
    for (const chain of await chains(folder, dns.port)) {
      const figures = await measured(chain);
      if (none.length === 0) none = figures;
      const cells = figures.flatMap(({ perSecond, processor }, index) => {
        return [perSecond, processor, processor - (none[index]?.processor ?? 0)].map((figure) => figure.toFixed(0));
      });
      print(row([chain.title, ...cells]));
      if (chain.title === "as shipped") await printPlugins(chain, print);
    }
    print("");
  } finally {
    await dns.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured({ toml, lists }: Chain, ...preload: readonly string[]): Promise<readonly Figures[]> {
  const daemon = await start({ toml, lists }, preload);
  try {
    const figures: Figures[] = [];
    for (const load of loads) figures.push(await send(daemon, load));
    return figures;
  } finally {
    await daemon.stop();
  }
}

/** In a run of its own: who counts calls is called at each. */
async function printPlugins(chain: Chain, print: (line: string) => void): Promise<void> {
  const daemon = await start(chain, ["--import", join(projectRoot, "test/bench/counters_preload.ts")]);
  try {
    for (const load of loads.slice(0, 1)) await send(daemon, load);
    daemon.signal("SIGUSR2");
    await eventually(() => "no counters", () => daemon.output().includes("counted all") ? true : undefined);
    print("\nThe shipped plugins at one message a connection, microseconds a call, waiting included\n");
    for (const [, name = "", calls = "", micros = ""] of daemon.output().matchAll(/^counted (\S+) (\d+) (\S+)$/gm)) {
      print(`${name.padEnd(32)}${micros.padStart(10)}  ${(Number(calls) / total).toFixed(2)} a message`);
    }
  } finally {
    await daemon.stop();
  }
}

const total = warmUp + (loads[0]?.messages ?? 0);

async function start(
  { toml, lists }: Pick<Chain, "toml" | "lists">,
  preload: readonly string[],
): Promise<DaemonProcess> {
  const [program, ...args] = directCommand("Node");
  const command = [program, ...args, "--max-semi-space-size=16", ...preload, "src/main.ts"] as const;
  return await startDaemon({ name: "Node", command }, { toml, lists });
}

async function send(daemon: DaemonProcess, { args, messages }: Load): Promise<Figures> {
  const target = `127.0.0.1:${daemon.port}`;
  await sendMail(target, [...args, "-m", String(warmUp)]);
  const [began, used] = [performance.now(), processorSeconds(daemon.pid)];
  await sendMail(target, [...args, "-m", String(messages)]);
  const seconds = (performance.now() - began) / 1000;
  return { perSecond: messages / seconds, processor: (processorSeconds(daemon.pid) - used) / messages * 1e6 };
}

function row([title = "", ...cells]: readonly string[]): string {
  return title.padEnd(28) + cells.map((cell) => cell.padStart(18)).join("");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await measureChains(console.log);
