import assert from "node:assert/strict";
import { test } from "node:test";
import { play, type Plugins, surroundings } from "../../test/support/play_exchange.ts";
import { scramClient } from "../../test/support/scram_client.ts";
import type { ChannelBindingName, MechanismName } from "./mechanism.ts";

const channels: { readonly [N in ChannelBindingName]?: Uint8Array } = {
  "tls-exporter": new Uint8Array(32).fill(1),
  "tls-server-end-point": new Uint8Array(32).fill(2),
};
const plugins: Plugins = () => ({ kind: "accepted", keys: { password: "pencil" } });
const both: readonly MechanismName[] = ["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"];
const around = surroundings({ offered: both, channelBinding: (name) => channels[name] });

interface Row {
  readonly mechanism: MechanismName;
  readonly header: string;
  /** What the client believes the channel to be. */
  readonly channel?: Uint8Array;
  readonly reason?: string;
}

const rows: readonly Row[] = [
  { mechanism: "SCRAM-SHA-256-PLUS", header: "p=tls-exporter,,", channel: new Uint8Array(32).fill(1) },
  { mechanism: "SCRAM-SHA-256-PLUS", header: "p=tls-server-end-point,,", channel: new Uint8Array(32).fill(2) },
  {
    mechanism: "SCRAM-SHA-256-PLUS",
    header: "p=tls-exporter,,",
    channel: new Uint8Array(32).fill(3),
    reason: "channelBindingMismatch",
  },
  {
    mechanism: "SCRAM-SHA-256-PLUS",
    header: "p=tls-server-end-point,,",
    channel: new Uint8Array(32).fill(1),
    reason: "channelBindingMismatch",
  },
  { mechanism: "SCRAM-SHA-256-PLUS", header: "p=tls-exporter,,", reason: "channelBindingMismatch" },
  { mechanism: "SCRAM-SHA-256-PLUS", header: "p=tls-unique,,", reason: "unsupportedChannelBinding" },
  { mechanism: "SCRAM-SHA-256-PLUS", header: "p=constructor,,", reason: "unsupportedChannelBinding" },
  { mechanism: "SCRAM-SHA-256-PLUS", header: "n,,", reason: "malformed" },
  { mechanism: "SCRAM-SHA-256-PLUS", header: "y,,", reason: "malformed" },
  { mechanism: "SCRAM-SHA-256", header: "p=tls-exporter,,", reason: "malformed" },
  { mechanism: "SCRAM-SHA-256", header: "n,," },
  { mechanism: "SCRAM-SHA-256", header: "y,,", reason: "downgraded" },
];

test("the client must mean the connection that ends here (RFC 5802 §6)", async () => {
  for (const { mechanism, header, channel, reason } of rows) {
    const client = scramClient({ user: "user", password: "pencil", header, ...(channel && { channel }) });
    const { end } = await play(mechanism, client, plugins, around);
    const expected = reason === undefined ? { kind: "succeeded", user: "user" } : { kind: "failed", reason };
    assert.deepEqual(end, expected, `${mechanism} ${header}`);
  }
});

test("a client that saw no -PLUS is right where none was offered", async () => {
  const client = scramClient({ user: "user", password: "pencil", header: "y,," });
  const { end } = await play("SCRAM-SHA-256", client, plugins, surroundings({ offered: ["SCRAM-SHA-256"] }));
  assert.deepEqual(end, { kind: "succeeded", user: "user" });
});

test("a header changed on its way is noticed: the proof covers it", async () => {
  const client = scramClient({ user: "user", password: "pencil", header: "y,," });
  const rewritten = { ...client, initial: client.initial.replace("y,,", "n,,") };
  const { end } = await play("SCRAM-SHA-256", rewritten, plugins, around);
  assert.deepEqual(end, { kind: "failed", reason: "channelBindingMismatch" });
});
