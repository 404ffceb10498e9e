// 200 clients that send an octet a second beside 1,000 messages a second: how late does that make the event loop?

import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { DaemonProcess } from "../support/daemon_process.ts";
import { startPaced } from "../support/paced_clients.ts";
import { connectPeer, type SmtpPeer } from "../support/smtp_peer.ts";
import { startBenchDaemon } from "./bench_daemon.ts";
import { processorSeconds } from "./process_figures.ts";

const slowClients = 200;
const messagesPerSecond = 1000;
/** Milliseconds before anything is measured, and while it is. */
const warmUp = 5000;
const measured = 20_000;

const content = `From: <author@example.org>
Date: ${new Date().toUTCString()}
Subject: Measured

${"A line of a message of two kilobytes, as most messages are.\n".repeat(32)}`.replaceAll("\n", "\r\n");

export async function measureSlowClients(print: (line: string) => void): Promise<void> {
  print(
    `${slowClients} clients that send an octet a second beside ${messagesPerSecond} messages/s, all plugins, Node\n`,
  );
  print(row(["", "lag p50 ms", "p99", "max", "messages/s", "processor"]));
  for (const clients of [0, slowClients]) {
    const daemon = await startBenchDaemon("Node", "loop_lag_preload.ts");
    try {
      print(row([`with ${clients} slow clients`, ...await measure(daemon, clients)]));
    } finally {
      await daemon.stop();
    }
  }
  print("");
}

async function measure(daemon: DaemonProcess, clients: number): Promise<readonly string[]> {
  const { port } = daemon;
  const slow = await Promise.all(Array.from({ length: clients }, (_, number) => slowClient(port, number % 2 === 0)));
  const ticking = setInterval(() => {
    for (const peer of slow) peer.send("N");
  }, 1000);
  const paced = startPaced({ port, clients: 20, messagesPerSecond, messagesPerSession: 100, content: () => content });
  await pause(warmUp);
  const [before, processor] = [paced.acknowledged.size, processorSeconds(daemon.pid)];
  daemon.signal("SIGUSR2");
  await pause(measured);
  const messages = paced.acknowledged.size - before;
  const busy = processorSeconds(daemon.pid) - processor;
  daemon.signal("SIGUSR2");
  const { p50, p99, max } = await lagOf(daemon);
  clearInterval(ticking);
  for (const peer of slow) {
    if (peer.socket.destroyed) throw new Error("a slow client was sent away: its time was not yet over");
    peer.destroy();
  }
  await paced.stop();
  const seconds = measured / 1000;
  return [p50, p99, max].map((lag) => lag.toFixed(1)).concat(
    Math.round(messages / seconds).toString(),
    `${Math.round(busy * 100 / seconds)} %`,
  );
}

/** In the middle of mail data, or of a command line that never ends. */
async function slowClient(port: number, sendsData: boolean): Promise<SmtpPeer> {
  const peer = await connectPeer(port);
  await peer.reply();
  await peer.ask("EHLO slow.example.org");
  if (!sendsData) return peer;
  await peer.ask("MAIL FROM:<slow@example.org>");
  await peer.ask("RCPT TO:<postmaster@localhost>");
  const reply = await peer.ask("DATA");
  if (!reply.startsWith("354")) throw new Error(reply);
  return peer;
}

interface Lag {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

async function lagOf(daemon: DaemonProcess): Promise<Lag> {
  for (let tries = 0; tries < 100; tries++) {
    const found = /^loop lag (\{.*\})$/m.exec(daemon.output());
    if (found !== null) return JSON.parse(found[1] ?? "") as Lag;
    await pause(50);
  }
  throw new Error(`no loop lag in:\n${daemon.output()}`);
}

function row([title = "", ...figures]: readonly string[]): string {
  return title.padEnd(24) + figures.map((figure) => figure.padStart(12)).join("");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await measureSlowClients(console.log);
