// Plugins that ask what only the operator knows the place of, each granted that one place: a database, a socket, a server.

import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { startDaemon } from "../support/daemon_process.ts";
import { eventually } from "../support/eventually.ts";
import { messagesIn } from "../support/mail_server.ts";
import { mmdbOf } from "../support/mmdb_writer.ts";
import { runtimes } from "../support/runtimes.ts";
import { ScriptedPeer } from "../support/scripted_peer.ts";
import { connectPeer, sendMessage, type SmtpPeer } from "../support/smtp_peer.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";

const folder = temporaryFolder();

/** Knows Linux, whoever the client is. */
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

function writeDatabase(path: string, country: string): void {
  const refused = country === "AT" ? "CH" : "AT";
  const networks = {
    "192.0.2.0/24": { country: { iso_code: country } },
    "2001:db8::/32": { country: { iso_code: refused } },
  };
  writeFileSync(`${path}.new`, mmdbOf(networks));
  renameSync(`${path}.new`, path);
}

const toml = (database: string, socket: string, hop: number): string =>
  `hostname = "mx.test"
[trust]
xclient = ["127.0.0.1"]
[[plugin]]
name = "loadcheck"
grant = ["event:load", "verdict:defer@connect"]
settings = { max_load = 10000 }
[[plugin]]
name = "geoip"
grant = ["event:client", "mmdb:${database}", "score", "verdict:reject@connect", "edit:header:X-GeoIP-*"]
settings = { refuse = ["CH"] }
[[plugin]]
name = "p0f"
grant = ["event:client", "tcp:unix:${socket}", "score", "verdict:reject@connect", "edit:header:X-P0F-*"]
settings = { socket = "${socket}" }
[[plugin]]
name = "karma"
grant = ["event:client", "event:marks", "event:score", "event:reverse_path", "notes:fcrdns", "score", "store", "verdict:reject@connect"]
settings = { key = "network", strikes = 1 }
[[plugin]]
name = "recipient_exists"
grant = ["event:recipients", "tcp:127.0.0.1:${hop}", "store", "score", "verdict:reject@rcpt", "verdict:defer@rcpt"]
settings = { server = "127.0.0.1:${hop}" }
[[plugin]]
name = "rcpt_ok"
grant = ["event:recipients", "event:user", "event:marks", "verdict:accept@rcpt", "verdict:reject@rcpt"]
`;

/** The greeting, or the refusal, for a client with that address. */
async function arrive(port: number, address: string): Promise<readonly [peer: SmtpPeer, greeting: string]> {
  const peer = await connectPeer(port);
  await peer.reply();
  return [peer, await peer.ask(`XCLIENT ADDR=${address}`)];
}

for (const runtime of runtimes) {
  test(`${runtime.name}: plugins ask the database, the socket and the server that the operator named`, async () => {
    const [database, socket] = [join(folder, `${runtime.name}.mmdb`), join(folder, `${runtime.name}.sock`)];
    writeDatabase(database, "AT");
    const p0f = await startP0f(socket);
    const hop = await ScriptedPeer.start({ "RCPT TO:<nobody@": "550 5.1.1 no such user" });
    const daemon = await startDaemon(runtime, {
      toml: toml(database, socket, hop.port),
      lists: { rcpthosts: "reader.test" },
    });
    try {
      const [refused, refusal] = await arrive(daemon.port, "IPV6:2001:db8::1");
      assert.match(refusal, /^554 Mail from your country \(CH\) is not accepted here/);
      refused.destroy();

      const [peer] = await arrive(daemon.port, "192.0.2.1");
      await peer.ask("EHLO client.test");
      const path = { reversePath: "a@client.test", forwardPaths: ["somebody@reader.test"] };
      assert.match(await sendMessage(peer, path, "Subject: x\r\nX-GeoIP-City: Atlantis\r\n\r\ntext"), /^250 /);
      const [message = ""] = messagesIn(join(daemon.state, "maildir/new"));
      assert.match(message, /^X-GeoIP-Country: AT\r?$/m);
      assert.match(message, /^X-P0F-Genre: Linux\r?$/m);
      assert.doesNotMatch(message, /Atlantis/);

      await peer.ask("MAIL FROM:<a@client.test>");
      assert.match(await peer.ask("RCPT TO:<nobody@reader.test>"), /^550 5\.1\.1 Sorry, no mailbox by that name/);
      await peer.ask("QUIT");
      await eventually(() => daemon.output(), async () => {
        const [again, greeting] = await arrive(daemon.port, "192.0.2.99");
        again.destroy();
        return /^554 .*Your network was naughty\. You cannot connect for 1\.00 more days\./.test(greeting) || undefined;
      });
      assert.equal(hop.heard.flat().filter((line) => line.startsWith("RCPT")).length, 2);
    } finally {
      await daemon.stop();
      await hop.stop();
      p0f.close();
    }
  });
}

test("a database that is not there is said when the daemon starts", async () => {
  const missing = join(folder, "missing.mmdb");
  const [node] = runtimes;
  await assert.rejects(
    startDaemon(node ?? assert.fail(), { toml: toml(missing, "/nowhere", 25) }),
    (error: Error) => error.message.includes(`${missing} is not there`),
  );
});
