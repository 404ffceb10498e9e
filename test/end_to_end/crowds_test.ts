// Too many clients of one address, of one network, or at a bad time, at the real daemon on every runtime.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { daemonPid } from "../support/daemon_process.ts";
import { type EsmtpDaemon, startEsmtpDaemon } from "../support/esmtp_daemon.ts";
import { eventually } from "../support/eventually.ts";
import { runtimes } from "../support/runtimes.ts";
import { connectPeer, sendMessage, type SmtpPeer } from "../support/smtp_peer.ts";

const limits = "limits = { connections_per_address = 2, connections_per_network = 3 }";
const path = { reversePath: "author@example.org", forwardPaths: ["reader@localhost"] };

/** What clients hear that come one after the other and stay; by their addresses. */
const crowds: readonly (readonly [what: string, clients: readonly string[], codes: readonly number[]])[] = [
  ["two from one address", ["192.0.2.1", "192.0.2.1", "192.0.2.1", "198.51.100.1"], [220, 220, 421, 220]],
  ["three from one /24", ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.3.1"], [220, 220, 220, 421, 220]],
  [
    "two from one /64, which is an address",
    ["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2::3", "2001:db8:2:2::1"],
    [220, 220, 421, 220],
  ],
  [
    "three from one /48",
    ["2001:db8:1:1::1", "2001:db8:1:2::1", "2001:db8:1:3::1", "2001:db8:1:4::1", "2001:db8:2::1"],
    [220, 220, 220, 421, 220],
  ],
];

for (const runtime of runtimes) {
  describe(`crowds on ${runtime.name}`, () => {
    let daemon: EsmtpDaemon;
    let pid = 0;
    before(async () => {
      daemon = await startEsmtpDaemon(runtime, { more: limits });
      pid = await daemonPid(daemon);
    });
    after(async () => {
      assert.equal(await daemon.stop(), 0, daemon.output());
    });

    async function arrive(client: string): Promise<SmtpPeer> {
      const peer = await connectPeer(daemon.portOf("proxy"));
      const family = client.includes(":") ? "TCP6" : "TCP4";
      peer.send(`PROXY ${family} ${client} ${client} 56324 25\r\n`);
      return peer;
    }

    for (const [what, clients, codes] of crowds) {
      test(`${what}: one more is told 421, another is not, and who leaves makes room`, async () => {
        const peers: SmtpPeer[] = [];
        const heard: number[] = [];
        for (const client of clients) {
          const peer = await arrive(client);
          peers.push(peer);
          heard.push(Number((await peer.reply()).slice(0, 3)));
        }
        assert.deepEqual(heard, codes);
        for (const peer of peers) peer.destroy();
        const [first = ""] = clients;
        const isWelcome = async (): Promise<true | undefined> => {
          const peer = await arrive(first);
          const reply = await peer.reply();
          peer.destroy();
          return reply.startsWith("220") || undefined;
        };
        await eventually(() => `no room for ${first}`, isWelcome);
        await allAreGone();
      });
    }

    test("overload: new clients are told 421 while it lasts, the log says why, and who is there goes on", async () => {
      const before = await connectPeer(daemon.portOf("plain"));
      assert.match(await before.reply(), /^220 /);
      assert.match(await before.ask("EHLO client.test"), /^250-/);
      assert.match(await comes("421", `overload.heap = "1B"`), /^421 mx\.test is too busy, try again later \(\S+\)$/);
      await logs(/ warn overloaded: new sessions are told to come back later .*heap/);
      assert.match(await sendMessage(before, path, "Subject: meanwhile\r\n\r\ntext"), /^250 /);
      before.destroy();
      await comes("220", `overload.heap = "0B"`);
      await logs(/ info no longer overloaded/);
    });

    /** The first such greeting after a reload with these settings. */
    async function comes(code: string, more: string): Promise<string> {
      daemon.rewrite(more);
      process.kill(pid, "SIGHUP");
      return await eventually(() => `${code} does not come\n${daemon.output()}`, async () => {
        const peer = await connectPeer(daemon.portOf("plain"));
        const greeting = await peer.reply();
        peer.destroy();
        return greeting.startsWith(code) ? greeting : undefined;
      });
    }

    async function logs(line: RegExp): Promise<void> {
      await eventually(() => `no ${line} in ${daemon.output()}`, () => line.test(daemon.output()) || undefined);
    }

    /** Then nobody counts for those who come next. */
    async function allAreGone(): Promise<void> {
      const times = (line: RegExp): number => daemon.output().match(line)?.length ?? 0;
      await eventually(daemon.output, () => times(/ connected /g) === times(/ disconnected /g) || undefined);
    }
  });
}
