// GET /ready as a load balancer sees it on every runtime: the server says that it is stopping as long as it drains.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DeployingDaemon } from "../support/deploying.ts";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { eventually } from "../support/eventually.ts";
import { connectPeer, type SmtpPeer } from "../support/smtp_peer.ts";

const toml = `hostname = "mx.test"
[[plugin]]
name = "rcpt_ok"
grant = ["event:recipients", "event:user", "event:marks", "verdict:accept@rcpt", "verdict:reject@rcpt"]
`;

async function inData(port: number): Promise<SmtpPeer> {
  const peer = await connectPeer(port);
  await peer.reply();
  for (const line of ["EHLO client.test", "MAIL FROM:<a@b.test>", "RCPT TO:<c@localhost>"]) await peer.ask(line);
  assert.match(await peer.ask("DATA"), /^354 /);
  return peer;
}

for (const runtime of directRuntimes) {
  for (const workers of [1, 2]) {
    test(`${runtime.name}, ${workers} serving: ready, stopping while a message is under way, gone with it`, async () => {
      const server = await DeployingDaemon.start(runtime, { toml: `${toml}[process]\nworkers = ${workers}\n` });
      const ready = (): ReturnType<DeployingDaemon["ask"]> => server.ask("GET", "/ready");
      try {
        assert.deepEqual(await ready(), { status: 200, body: { status: "ready" } });
        const peer = await inData(server.daemon.port);
        server.daemon.signal("SIGTERM");
        const { body } = await eventually(() => server.daemon.output(), async () => {
          const answered = await ready();
          return answered.status === 200 ? undefined : answered;
        });
        assert.deepEqual([body["status"], body["type"], body["why"]], [503, "/docs#unavailable", "stopping"]);
        assert.match(String(body["detail"]), /the server is stopping/);
        assert.match(await peer.ask("Subject: x\r\n\r\ntext\r\n."), /^250 /);
        assert.equal(await server.daemon.exited(), 0, server.daemon.output());
        assert.equal((await ready()).status, 0);
        peer.destroy();
      } finally {
        await server.daemon.stop();
      }
    });
  }
}
