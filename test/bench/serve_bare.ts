// The daemon with native plugins only and nowhere to deliver to: what the SMTP part costs without any WebAssembly.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Manners } from "../../src/connection/arrive.ts";
import type { Desk } from "../../src/connection/desk.ts";
import { startDaemon } from "../../src/daemon/daemon.ts";
import { openDiscard } from "../../src/delivery/discard.ts";
import { chainsOf } from "../../src/hooks/chains.ts";
import { AddressTurns } from "../../src/limits/address_turns.ts";
import { ProcessCounts } from "../../src/limits/connection_counts.ts";
import { listen } from "../../src/platform/listen.ts";
import { plainTerms } from "../../src/policy/terms.ts";
import { Decoy } from "../../src/sasl/decoy.ts";
import { untrusted } from "../../src/smtp/session.ts";
import { openSpool } from "../../src/spool/file_spool.ts";
import { acceptAll } from "../support/native_plugin.ts";
import { testOffer } from "../support/offers.ts";

const state = mkdtempSync(join(tmpdir(), "qpsmtpd-bench-"));
const spool = await openSpool(state);
if (spool.kind === "failed") throw new Error(spool.message);
const discard = openDiscard();
const desk: Desk = {
  offer: {
    ...testOffer,
    maxMessageSize: 50_000_000,
    maxRecipients: 100,
    maxRefusals: 20,
    maxTransactions: 1_000_000,
    maxCommands: 1_000_000_000,
  },
  chains: chainsOf([acceptAll]),
  spool: spool.spool,
  deliver: (message) => discard.deliver(message),
  log: () => {},
  decoy: new Decoy(new Uint8Array(32)),
  authTurns: new AddressTurns(),
  terms: plainTerms,
  receipts: { inReplies: false, keep: "off", put: () => {} },
  bounds: { headerSize: 262_144, headerFields: 1000, slowest: 100 },
  timeouts: {
    command: 60_000,
    data: 60_000,
    write: 60_000,
    message: 60_000,
    session: 600_000,
    tls: 60_000,
    greetingDelay: 0,
    dataDelay: 0,
    failedAuth: 1000,
  },
};
const manners: Manners = {
  proxy: false,
  implicitTls: false,
  isProxy: () => false,
  trustOf: () => untrusted,
  timeouts: { proxy: 5000, tls: 5000 },
};
const started = await startDaemon({
  listen: [{ host: "127.0.0.1", port: 0, tls: "off", mode: "smtp", proxy: false }],
  listenOn: listen,
  lease: () => ({ desk, manners, release: () => {} }),
  counts: new ProcessCounts({
    limits: () => ({ all: 20_000, address: Infinity, network: Infinity }),
    keysOf: (address) => ({ address, network: address }),
  }),
  isOverloaded: () => false,
  log: () => {},
  drainWithin: () => 1000,
});
if (started.kind === "failed") throw new Error(started.problems.join("\n"));
console.log(`  listens 127.0.0.1:${started.daemon.addresses[0]?.port}\n  try swaks`);
process.once("SIGTERM", () => {
  void started.daemon.stop().then(() => rmSync(state, { recursive: true, force: true }));
});
