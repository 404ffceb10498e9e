// Traces, the whole way: a collector sees a message as the tree of what was done for it, and mail needs no collector.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { buildPlugin, stopBuilding } from "../../sdk/typescript/build_plugin.ts";
import { mailIn, startDaemon } from "../support/daemon_process.ts";
import { DnsServer } from "../support/dns_server.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/loopback_port.ts";
import { runtimes } from "../support/runtimes.ts";
import { connectPeer, sendMessage } from "../support/smtp_peer.ts";
import { startCollector, type TraceCollector, type TracedSpan } from "../support/trace_collector.ts";

const sources = {
  asks: `
import { definePlugin, pass, reject } from "#sdk";
export default definePlugin({
  mail(event, _setup, host) {
    const answer = host.dns.resolve(event.reversePath?.domain ?? "", "A");
    return answer.kind === "failed" || answer.rcode !== "NOERROR" ? reject("secret.test is not known") : pass();
  },
});`,
  takes: `
import { accept, definePlugin, pass } from "#sdk";
export default definePlugin({ mail() { return pass(); }, rcpt() { return accept("you are known"); } });`,
};
const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-telemetry-"));
const path = { reversePath: "author@exists.test", forwardPaths: ["reader@anywhere.test"] };
let dns: DnsServer;

before(async () => {
  dns = await DnsServer.start({ "exists.test A": ["192.0.2.1"] });
  for (const [name, source] of Object.entries(sources)) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "plugin.ts"), source);
    const needs = name === "asks" ? ["event:reverse_path", "verdict", "dns:A"] : ["verdict"];
    const manifest = { name, version: "1.0.0", description: "For a test", licence: "MIT", needs };
    writeFileSync(join(folder, name, "plugin.json"), JSON.stringify(manifest));
    const built = await buildPlugin({ source: join(folder, name, "plugin.ts") });
    assert.ok(built.kind === "built", JSON.stringify(built));
    writeFileSync(join(folder, `${name}.wasm`), built.wasm);
  }
  await stopBuilding();
  writeFileSync(join(folder, "headers"), "# for the collector\nAuthorization: Bearer s3cret\n");
});

after(async () => {
  await dns.stop();
  rmSync(folder, { recursive: true, force: true });
});

function toml(endpoint: string, more = ""): string {
  return `
[dns]
servers = ["127.0.0.1:${dns.port}"]
[telemetry]
endpoint = "${endpoint}"
interval = "50ms"
${more}
[[plugin]]
name = "asks"
file = "${join(folder, "asks.wasm")}"
grant = ["event", "verdict", "dns"]
[[plugin]]
name = "takes"
file = "${join(folder, "takes.wasm")}"
grant = ["verdict"]
`;
}

async function deliver(port: number): Promise<void> {
  const peer = await connectPeer(port);
  await peer.reply();
  await peer.ask("EHLO client.test");
  assert.match(await sendMessage(peer, path, "Subject: x\r\n\r\nthe words of the message"), /^250 /);
  assert.match(await peer.ask("QUIT"), /^221 /);
  peer.destroy();
}

/** The tree below a span as names, each with what it is about. */
function tree(spans: readonly TracedSpan[], parent?: TracedSpan): readonly unknown[] {
  const children = spans.filter((span) => span.parent === parent?.id).sort((a, b) => a.start < b.start ? -1 : 1);
  return children.map((span) => {
    const { "smtp.plugin": plugin } = span.attributes;
    const name = plugin === undefined ? span.name : `${span.name} ${String(plugin)}`;
    const below = tree(spans, span);
    return below.length === 0 ? name : [name, ...below];
  });
}

async function traced(collector: TraceCollector): Promise<readonly TracedSpan[]> {
  await eventually(() => `no whole trace: ${JSON.stringify(collector.spans.map(({ name }) => name))}`, () => {
    return collector.spans.some(({ name }) => name === "session") ? true : undefined;
  });
  assert.deepEqual(collector.problems, []);
  return collector.spans;
}

for (const runtime of runtimes) {
  describe(`telemetry on ${runtime.name}`, () => {
    test("one message is one tree, each span inside its parent; what is private is not in it", async () => {
      const collector = await startCollector();
      const headers = `headers_file = "${join(folder, "headers")}"\ngzip = true`;
      const daemon = await startDaemon(runtime, { toml: toml(collector.url, headers) });
      try {
        await deliver(daemon.port);
        const spans = await traced(collector);
        assert.deepEqual(tree(spans), [[
          "session",
          [
            "transaction",
            ["hook mail", ["plugin asks", "capability dns"], "plugin takes"],
            ["hook rcpt", "plugin takes"],
            "delivery",
          ],
        ]]);
        assert.equal(new Set(spans.map(({ trace }) => trace)).size, 1);
        for (const span of spans) {
          const parent = spans.find(({ id }) => id === span.parent);
          assert.ok(span.start <= span.end, span.name);
          if (parent === undefined) continue;
          assert.ok(parent.start <= span.start && span.end <= parent.end, `${span.name} is not inside ${parent.name}`);
        }
        const [session, transaction, capability] = ["session", "transaction", "capability dns"].map((name) =>
          spans.find((span) => span.name === name)
        );
        assert.equal(session?.resource["service.name"], "qpsmtpd");
        assert.equal(session?.kind, 2);
        assert.equal(session?.attributes["client.address"], "127.0.0.1");
        const id = `session=${session?.attributes["smtp.session"]}`;
        await eventually(() => `no ${id} in ${daemon.output()}`, () => daemon.output().includes(id) || undefined);
        assert.equal(transaction?.attributes["smtp.ending"], "accepted");
        assert.equal(transaction?.attributes["smtp.code"], 250);
        assert.equal(capability?.kind, 3);
        assert.equal(capability?.attributes["smtp.outcome"], "done");
        assert.equal(collector.requests[0]?.headers["authorization"], "Bearer s3cret");
        const all = JSON.stringify(spans, (_, value) => typeof value === "bigint" ? String(value) : value);
        assert.doesNotMatch(all, /exists\.test|anywhere\.test|the words|you are known|s3cret/);
      } finally {
        await daemon.stop();
        await collector.stop();
      }
    });

    test("without a collector mail flows, the loss is told once, and the end does not wait for long", async () => {
      // Of those that nobody is given meanwhile.
      const collector = await startCollector(undefined, await freePort());
      await collector.stop();
      const daemon = await startDaemon(runtime, { toml: toml(collector.url, "queue = 20") });
      try {
        for (let count = 0; count < 10; count++) await deliver(daemon.port);
        assert.equal(mailIn(join(daemon.state, "maildir")).length, 10);
      } finally {
        const began = performance.now();
        assert.equal(await daemon.stop(), 0);
        assert.ok(performance.now() - began < 10_000);
      }
      assert.equal(daemon.output().match(/does not take spans/g)?.length, 1, daemon.output());
      assert.match(daemon.output(), /spans were dropped.* dropped=[1-9]\d*/);
      assert.equal(daemon.output().match(/spans were dropped/g)?.length, 1);
    });
  });
}
