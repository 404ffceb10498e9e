import assert from "node:assert/strict";
import { test } from "node:test";
import { configured, generationOf, listenerOf } from "../../test/support/configured.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import type { Config } from "../config/config.ts";
import { Decoy } from "../sasl/decoy.ts";
import { openSpool } from "../spool/file_spool.ts";
import { type DeskParts, desksOf } from "./desks.ts";
import { mannersOf } from "./manners.ts";

const folder = temporaryFolder();

const toml = `listen = ["127.0.0.1:2525"]
[[listener]]
address = "127.0.0.1:2465"
mode = "submission"
tls = "implicit"
proxy = true
[trust]
proxy = ["127.0.0.1"]
[auth]
delay = "2s"
[limits]
header_size = "9KB"
header_fields = 12
slowest = "7B"
[timeouts]
command = "1s"
data = "2s"
message = "3s"
session = "4s"
tls = "5s"
proxy = "6s"
greeting_delay = "7s"
data_delay = "8s"
`;

async function parts(): Promise<DeskParts> {
  const opened = await openSpool(folder);
  assert.ok(opened.kind === "spool");
  const delivery = {
    description: "",
    deliver: () => Promise.resolve({ kind: "full" } as const),
    close: async () => {},
  };
  return {
    delivery,
    spool: opened.spool,
    log: () => {},
    decoy: new Decoy(new Uint8Array(32)),
    journal: { put: () => {} },
  };
}

test("a desk has the times and bounds of the configuration", async () => {
  const config = await configured(toml);
  const desk = desksOf(generationOf(config), await parts())(listenerOf(config));
  assert.deepEqual(desk.bounds, { headerSize: 9000, headerFields: 12, slowest: 7 });
  const { command, data, message, session, tls, greetingDelay, dataDelay, failedAuth } = desk.timeouts;
  assert.deepEqual([command, data, message, session, tls], [1000, 2000, 3000, 4000, 5000]);
  assert.deepEqual([greetingDelay, dataDelay, failedAuth], [7000, 8000, 2000]);
});

test("a listener keeps its desk, and another has another", async () => {
  const config = await configured(toml);
  const deskFor = desksOf(generationOf(config), await parts());
  const [first, second] = [listenerOf(config, 0), listenerOf(config, 1)];
  assert.equal(deskFor(first), deskFor(first));
  assert.deepEqual([deskFor(first).offer.mode, deskFor(second).offer.mode], ["smtp", "submission"]);
});

test("manners: PROXY header and TLS before the greeting are those of the listener, their times of the configuration", async () => {
  const config: Config = await configured(toml);
  const mannersFor = mannersOf(config, undefined);
  const [first, second] = [mannersFor(listenerOf(config, 0)), mannersFor(listenerOf(config, 1))];
  assert.deepEqual([first.proxy, first.implicitTls], [false, false]);
  assert.deepEqual([second.proxy, second.implicitTls], [true, true]);
  assert.deepEqual(second.timeouts, { proxy: 6000, tls: 5000 });
  assert.equal(second.isProxy("127.0.0.1"), true);
});
