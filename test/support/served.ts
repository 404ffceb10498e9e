// The daemon inside the test's own process, with native plugins and short deadlines: for dialogues over real sockets.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Manners } from "../../src/connection/arrive.ts";
import type { Desk } from "../../src/connection/desk.ts";
import { type Daemon, startDaemon } from "../../src/daemon/daemon.ts";
import type { Delivered, OutgoingMessage } from "../../src/delivery/delivery.ts";
import { chainsOf, type Registered } from "../../src/hooks/chains.ts";
import { AddressTurns } from "../../src/limits/address_turns.ts";
import { ProcessCounts } from "../../src/limits/connection_counts.ts";
import type { Log } from "../../src/log/log.ts";
import { listen } from "../../src/platform/listen.ts";
import { plainTerms, type Terms } from "../../src/policy/terms.ts";
import { type DecisionRecord, parseRecord } from "../../src/receipts/record.ts";
import type { Receipts } from "../../src/receipts/trail.ts";
import { Decoy } from "../../src/sasl/decoy.ts";
import { untrusted } from "../../src/smtp/session.ts";
import { openSpool } from "../../src/spool/file_spool.ts";
import type { Upgrade } from "../../src/tls/acceptor.ts";
import type { Watch } from "../../src/watch/watch.ts";
import { testOffer } from "./offers.ts";
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
  /** The same, each with its fields in JSON. */
  readonly entries: readonly string[];
  /** What was kept of the decisions, if it is wanted. */
  readonly decisions: readonly DecisionRecord[];
  /** Names of the files in the spool. */
  spooled(): readonly string[];
  /** A client that has read the greeting. */
  connect(): Promise<SmtpPeer>;
  /** A client that has sent EHLO. */
  greet(): Promise<SmtpPeer>;
}

export interface Serving {
  readonly plugins?: readonly Registered[];
  readonly timeouts?: Partial<Desk["timeouts"]>;
  readonly offer?: Partial<Desk["offer"]>;
  readonly bounds?: Partial<Desk["bounds"]>;
  readonly terms?: Terms;
  readonly load?: Desk["load"];
  /** Refusals end in their codes, and decisions are kept. */
  readonly receipts?: boolean;
  readonly maxSessions?: number;
  /** Connections at the same time from 127.0.0.1, and from its network. */
  readonly perAddress?: number;
  readonly perNetwork?: number;
  readonly overloaded?: boolean;
  /** What is wanted before the greeting, and who is trusted. */
  readonly manners?: Partial<Manners>;
  /** For STARTTLS, and before the greeting if `manners` says so. */
  readonly upgrade?: Upgrade;
  readonly drainWithin?: number;
  /** Who looks on. */
  readonly watch?: Watch;
  /** How much of a message is held in memory, for instance. */
  readonly spool?: Parameters<typeof openSpool>[1];
  /** In the place of taking the message. */
  readonly deliver?: (message: OutgoingMessage) => Promise<Delivered>;
}

/** Log entries that are kept. */
const mostEntries = 10_000;

/** Serves while `talk` runs, then stops. */
export async function serving(options: Serving, talk: (served: Served) => Promise<void>): Promise<void> {
  const state = mkdtempSync(join(tmpdir(), "qpsmtpd-served-"));
  const delivered: Delivery[] = [];
  const logged: string[] = [];
  const entries: string[] = [];
  const log: Log = (level, message, fields) => {
    // Some tests talk for minutes, and look at the beginning alone.
    if (entries.length >= mostEntries) return;
    logged.push(`${level} ${message}`);
    entries.push(`${level} ${message} ${JSON.stringify(fields)}`);
  };
  const decisions: DecisionRecord[] = [];
  const desk = await deskFor(options, state, delivered, log, receiptsInto(decisions, options.receipts ?? false));
  let leases = 0;
  const { upgrade } = options;
  const manners: Manners = {
    proxy: false,
    implicitTls: false,
    isProxy: () => false,
    trustOf: () => untrusted,
    timeouts: { proxy: 5000, tls: 5000 },
    ...(upgrade === undefined ? {} : { upgrade }),
    ...options.manners,
  };
  const { maxSessions: all = 100, perAddress: address = 100, perNetwork: network = 100 } = options;
  const started = await startDaemon({
    listen: [{ host: "127.0.0.1", port: 0, tls: "offered", mode: "smtp", proxy: false }],
    listenOn: listen,
    lease: () => {
      leases++;
      return { desk, manners, release: () => void leases-- };
    },
    counts: new ProcessCounts({
      limits: () => ({ all, address, network }),
      keysOf: (client) => ({ address: client, network: "all" }),
    }),
    isOverloaded: () => options.overloaded ?? false,
    log: desk.log,
    ...(options.watch && { watch: options.watch }),
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
  const spooled = (): string[] => {
    return readdirSync(state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      .map(({ name }) => name);
  };
  try {
    await talk({ daemon, port, delivered, leases: () => leases, logged, entries, decisions, spooled, connect, greet });
  } finally {
    await daemon.stop();
    rmSync(state, { recursive: true, force: true });
  }
}

async function deskFor(
  options: Serving,
  state: string,
  delivered: Delivery[],
  log: Log,
  receipts: Receipts,
): Promise<Desk> {
  const opened = await openSpool(state, options.spool);
  if (opened.kind === "failed") throw new Error(opened.message);
  return {
    offer: {
      ...testOffer,
      ...options.offer,
    },
    chains: chainsOf(options.plugins ?? []),
    spool: opened.spool,
    deliver: options.deliver ?? (async (message) => {
      delivered.push({ envelope: message.envelope, text: await textOf(message) });
      return { kind: "taken" };
    }),
    decoy: new Decoy(new Uint8Array(32)),
    authTurns: new AddressTurns(),
    terms: options.terms ?? plainTerms,
    receipts,
    log,
    bounds: { headerSize: 65_536, headerFields: 1000, slowest: 0, ...options.bounds },
    timeouts: { ...patience, ...options.timeouts },
    ...(options.upgrade === undefined ? {} : { upgrade: options.upgrade }),
    ...(options.load === undefined ? {} : { load: options.load }),
  };
}

function receiptsInto(decisions: DecisionRecord[], wanted: boolean): Receipts {
  const put = (line: string): void => {
    const record = parseRecord(line);
    if (record === undefined) throw new Error(`no record: ${line}`);
    decisions.push(record);
  };
  return { inReplies: wanted, keep: wanted ? "all" : "off", put };
}

const patience: Desk["timeouts"] = {
  command: 5000,
  data: 5000,
  write: 5000,
  message: 60_000,
  session: 3_600_000,
  tls: 5000,
  greetingDelay: 0,
  dataDelay: 0,
  failedAuth: 1,
};

async function textOf(message: OutgoingMessage): Promise<string> {
  let text = "";
  // Not TextDecoder: its latin1 is windows-1252.
  for await (const piece of message.pieces()) text += Buffer.from(piece).toString("latin1");
  return text;
}
