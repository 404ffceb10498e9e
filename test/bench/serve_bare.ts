// The daemon with native plugins only and nowhere to deliver to: what the SMTP part costs without any WebAssembly.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Desk } from "../../src/connection/desk.ts";
import { startDaemon } from "../../src/daemon.ts";
import { openDiscard } from "../../src/delivery/discard.ts";
import { chainsOf } from "../../src/hooks/chains.ts";
import { openSpool } from "../../src/spool/file_spool.ts";
import { acceptAll } from "../support/native_plugin.ts";

const state = mkdtempSync(join(tmpdir(), "qpsmtpd-bench-"));
const spool = await openSpool(state);
if (spool.kind === "failed") throw new Error(spool.message);
const discard = openDiscard();
const desk: Desk = {
  offer: {
    hostname: "mx.test",
    software: "qpsmtpd",
    maxMessageSize: 50_000_000,
    maxRecipients: 100,
    maxRefusals: 20,
  },
  chains: chainsOf([acceptAll]),
  spool: spool.spool,
  deliver: (message) => discard.deliver(message),
  log: () => {},
  maxHeaderSize: 262_144,
  timeouts: { command: 60_000, data: 60_000, write: 60_000 },
};
const started = await startDaemon({
  listen: [{ host: "127.0.0.1", port: 0 }],
  lease: () => ({ desk, maxSessions: 1000, release: () => {} }),
  log: () => {},
  drainWithin: () => 1000,
});
if (started.kind === "failed") throw new Error(started.problems.join("\n"));
console.log(`127.0.0.1:${started.daemon.addresses[0]?.port} swaks`);
process.once("SIGTERM", () => {
  void started.daemon.stop().then(() => rmSync(state, { recursive: true, force: true }));
});
