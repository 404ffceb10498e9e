import assert from "node:assert/strict";
import { test } from "node:test";
import { nativePlugin } from "../../test/support/native_plugin.ts";
import { serving } from "../../test/support/served.ts";
import { connectPeer } from "../../test/support/smtp_peer.ts";
import type { Registered } from "../hooks/chains.ts";

async function until(holds: () => boolean): Promise<void> {
  for (let left = 200; !holds(); left--) {
    assert.ok(left > 0, "it did not happen within two seconds");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("every session gives back what serves it, however it ends", async () => {
  await serving({ maxSessions: 2 }, async ({ port, greet, leases }) => {
    const [quits, vanishes] = [await greet(), await greet()];
    assert.equal(leases(), 2);
    const refused = await connectPeer(port);
    assert.match(await refused.reply(), /^421 /);
    refused.destroy();
    await until(() => leases() === 2);
    assert.match(await quits.ask("QUIT"), /^221 /);
    await quits.closed();
    quits.destroy();
    await until(() => leases() === 1);
    vanishes.destroy();
    await until(() => leases() === 0);
  });
});

test("plugins stay until they have been told of the end of a session", async () => {
  const gate = Promise.withResolvers<void>();
  const native = nativePlugin("slow", { disconnect: () => ({ verdict: "pass" }) });
  const slow: Registered = {
    ...native,
    call: async (hook, event) => {
      await gate.promise;
      return await native.call(hook, event);
    },
  };
  await serving({ plugins: [slow] }, async ({ greet, leases, logged }) => {
    const peer = await greet();
    assert.match(await peer.ask("QUIT"), /^221 /);
    await peer.closed();
    peer.destroy();
    await until(() => logged.includes("info disconnected"));
    assert.equal(leases(), 1);
    gate.resolve();
    await until(() => leases() === 0);
  });
});
