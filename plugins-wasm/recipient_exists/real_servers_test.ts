// recipient_exists as wasm asks real servers, each in a process of its own or on a real socket.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pass, reject } from "#sdk";
import type { Answer, JsonObject, RcptEvent } from "#sdk";
import { rcptEvent } from "#sdk/testing";
import { buildPlugin } from "../../sdk/typescript/build_plugin.ts";
import { storeCapability } from "../../src/capabilities/store.ts";
import { TcpCapability } from "../../src/capabilities/tcp.ts";
import { openStore, type SqliteStore } from "../../src/store/sqlite_store.ts";
import { eventually } from "../../test/support/eventually.ts";
import { startFrontDoor } from "../../test/support/front_door.ts";
import { startPostfix } from "../../test/support/postfix.ts";
import { lacking } from "../../test/support/programs.ts";
import { bareHost, everyGrant, type RunningWasm, runWasm } from "../../test/support/run_wasm.ts";
import { projectRoot, runtimes } from "../../test/support/runtimes.ts";
import { ScriptedPeer } from "../../test/support/scripted_peer.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";

const missing: Answer = { ...reject("Sorry, no mailbox by that name", { status: "5.1.1" }), score: -1 };
const folder = temporaryFolder();
const stores: SqliteStore[] = [];
after(async () => {
  for (const store of stores) await store.close();
});

function to(localPart: string, domain = "our.test"): RcptEvent {
  return rcptEvent({ forwardPath: { localPart, domain } });
}

test("what is said is what the operator chose, and ends with QUIT", async () => {
  const peer = await ScriptedPeer.start({ "RCPT TO:<missing@": "550 5.1.1 no" });
  const run = await running(`127.0.0.1:${peer.port}`, { mail_from: "probe@our.test", hello: "front.test" });
  assert.deepEqual(await run.ask("rcpt", to("missing")), missing);
  assert.deepEqual(await run.ask("rcpt", to("missing")), missing);
  await run.close();
  await eventually(() => "no QUIT", () => peer.heard.at(-1)?.at(-1) === "QUIT" || undefined);
  await peer.stop();
  assert.deepEqual(peer.heard, [
    ["EHLO front.test", "MAIL FROM:<probe@our.test>", "RCPT TO:<missing@our.test>", "QUIT"],
  ], "once: the second time it is remembered");
});

let wasm = new Uint8Array();
before(async () => {
  const built = await buildPlugin({ source: join(import.meta.dirname, "plugin.ts") });
  if (built.kind !== "built") assert.fail(JSON.stringify(built));
  wasm = new Uint8Array(built.wasm);
});

async function running(server: string, more: JsonObject = {}): Promise<RunningWasm> {
  const settings = { server, domains: ["our.test", "reader.test", "sender.test"], ...more };
  const opened = await openStore(join(folder, `${stores.length}.sqlite`));
  if (opened.kind === "failed") return assert.fail(opened.message);
  stores.push(opened.store);
  const tcp = new TcpCapability({ lookup: () => Promise.resolve([]) });
  const host = bareHost(new Map([tcp, storeCapability(opened.store, () => {})].map((each) => [each.name, each])));
  const grant = [...everyGrant.filter((name) => name !== "tcp"), `tcp:${server}`];
  const run = await runWasm(wasm, { settings, grant, host });
  return run.kind === "running" ? run : assert.fail(JSON.stringify(run.problems));
}

test("another server of this kind is asked", async () => {
  const [node] = runtimes;
  const door = await startFrontDoor(node ?? assert.fail(), {
    plugins: `[[plugin]]
name = "badrcptto"
file = "${projectRoot}build/plugins/badrcptto.wasm"
grant = ["event:recipients", "verdict:reject@rcpt", "score"]`,
    lists: { badrcptto: "nobody@reader.test" },
  });
  try {
    const run = await running(`127.0.0.1:${door.port}`);
    assert.deepEqual(await run.ask("rcpt", to("anybody", "reader.test")), pass());
    assert.deepEqual(await run.ask("rcpt", to("nobody", "reader.test")), missing);
    await run.close();
    assert.deepEqual(door.messages(), []);
  } finally {
    await door.stop();
  }
});

test("Postfix is asked", { skip: lacking("postfix", "postconf") }, async () => {
  const postfix = await startPostfix({});
  try {
    const run = await running(`127.0.0.1:${postfix.port}`);
    assert.deepEqual(await run.ask("rcpt", to("reader", "sender.test")), pass());
    assert.deepEqual(await run.ask("rcpt", to("nobody", "sender.test")), missing);
    await run.close();
  } finally {
    await postfix.stop();
  }
});
