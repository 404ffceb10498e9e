// The daemon inside the test's own process, with native plugins and short deadlines: for dialogues over real sockets.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Desk } from "../../src/connection/desk.ts";
import { type Daemon, startDaemon } from "../../src/daemon.ts";
import type { Delivered, OutgoingMessage } from "../../src/delivery/delivery.ts";
import { chainsOf, type Registered } from "../../src/hooks/chains.ts";
import type { Level } from "../../src/log/log.ts";
import { openSpool } from "../../src/spool/file_spool.ts";
import { connectPeer, type SmtpPeer } from "./smtp_peer.ts";

export interface Delivery {
  readonly envelope: OutgoingMessage["envelope"];
  readonly text: string;
}

export interface Served {
  readonly daemon: Daemon;
  readonly port: number;
  /** What was delivered, as latin1 text. */
  readonly delivered: readonly Delivery[];
  /** Sessions that have not given back what serves them. */
  leases(): number;
  /** Log entries as `level message`. */
  readonly logged: readonly string[];
  /** A client that has read the greeting. */
  connect(): Promise<SmtpPeer>;
  /** A client that has sent EHLO. */
  greet(): Promise<SmtpPeer>;
}

export interface Serving {
  readonly plugins?: readonly Registered[];
  readonly timeouts?: Partial<Desk["timeouts"]>;
  readonly offer?: Partial<Desk["offer"]>;
  readonly maxHeaderSize?: number;
  readonly maxSessions?: number;
  readonly drainWithin?: number;
  /** In the place of taking the message. */
  readonly deliver?: (message: OutgoingMessage) => Promise<Delivered>;
}

/** Serves while `talk` runs, then stops. */
export async function serving(options: Serving, talk: (served: Served) => Promise<void>): Promise<void> {
  const state = mkdtempSync(join(tmpdir(), "qpsmtpd-served-"));
  const delivered: Delivery[] = [];
  const logged: string[] = [];
  const desk = await deskFor(options, state, delivered, logged);
  let leases = 0;
  const started = await startDaemon({
    listen: [{ host: "127.0.0.1", port: 0 }],
    lease: () => {
      leases++;
      return { desk, maxSessions: options.maxSessions ?? 100, release: () => void leases-- };
    },
    log: desk.log,
    drainWithin: () => options.drainWithin ?? 50,
  });
  if (started.kind === "failed") throw new Error(started.problems.join("\n"));
  const { daemon } = started;
  const port = daemon.addresses[0]?.port ?? 0;
  const connect = async (): Promise<SmtpPeer> => {
    const peer = await connectPeer(port);
    await peer.reply();
    return peer;
  };
  const greet = async (): Promise<SmtpPeer> => {
    const peer = await connect();
    await peer.ask("EHLO client.test");
    return peer;
  };
  try {
    await talk({ daemon, port, delivered, leases: () => leases, logged, connect, greet });
  } finally {
    await daemon.stop();
    rmSync(state, { recursive: true, force: true });
  }
}

async function deskFor(options: Serving, state: string, delivered: Delivery[], logged: string[]): Promise<Desk> {
  const opened = await openSpool(state);
  if (opened.kind === "failed") throw new Error(opened.message);
  return {
    offer: {
      hostname: "mx.test",
      software: "qpsmtpd/test",
      maxMessageSize: 1_000_000,
      maxRecipients: 10,
      maxRefusals: 20,
      ...options.offer,
    },
    chains: chainsOf(options.plugins ?? []),
    spool: opened.spool,
    deliver: options.deliver ?? (async (message) => {
      delivered.push({ envelope: message.envelope, text: await textOf(message) });
      return { kind: "taken" };
    }),
    log: (level: Level, message) => void logged.push(`${level} ${message}`),
    maxHeaderSize: options.maxHeaderSize ?? 65_536,
    timeouts: { command: 5000, data: 5000, write: 5000, ...options.timeouts },
  };
}

async function textOf(message: OutgoingMessage): Promise<string> {
  const decoder = new TextDecoder("latin1");
  let text = "";
  for await (const piece of message.pieces()) text += decoder.decode(piece);
  return text;
}
