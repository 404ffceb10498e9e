// What the server asks on a day besides its own files: a name server, a next server, a database of countries, and p0f.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DnsServer } from "../../support/dns_server.ts";
import { mmdbOf } from "../../support/mmdb_writer.ts";
import { ScriptedPeer } from "../../support/scripted_peer.ts";
import type { Surroundings } from "./shipped.ts";
import { zoneOfTheDay } from "./zone.ts";

export interface Started extends Surroundings {
  readonly folder: string;
  stop(): Promise<void>;
}

/** 203.0.113.96/28 is in the country XX, where nobody lives. */
const countries = {
  "198.51.100.0/24": { country: { iso_code: "AT" } },
  "203.0.113.96/28": { country: { iso_code: "XX" } },
};

export async function startSurroundings(): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-day-"));
  const [database, socket] = [join(folder, "countries.mmdb"), join(folder, "p0f.sock")];
  writeFileSync(database, mmdbOf(countries));
  const dns = await DnsServer.start(zoneOfTheDay());
  const hop = await ScriptedPeer.start({ "RCPT TO:<nobody": "550 5.1.1 no such user" });
  const p0f = await startP0f(socket);
  const stop = async (): Promise<void> => {
    p0f.close();
    await Promise.all([dns.stop(), hop.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  return { dns: dns.port, hop: hop.port, database, p0f: socket, folder, stop };
}

/** Takes everybody for a Linux. */
async function startP0f(path: string): Promise<Server> {
  const answer = Buffer.alloc(232);
  answer.writeUInt32LE(0x50304602, 0);
  answer.writeUInt32LE(0x10, 4);
  answer.write("Linux", 40);
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => socket.write(answer));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}
