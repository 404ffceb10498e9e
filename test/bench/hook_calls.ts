// Microseconds of one hook call through the real host, with guard, suspension and a fresh memory for every call.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HookName } from "../../sdk/contract/contract.ts";
import type { Event } from "../../sdk/contract/event.ts";
import { buildPlugin, stopBuilding } from "../../sdk/typescript/build_plugin.ts";
import { connectEvent, heloEvent, mailEvent, messageEvent, rcptEvent } from "../../sdk/typescript/testing.ts";
import type { Capability } from "../../src/capabilities/capability.ts";
import { dnsCapability } from "../../src/capabilities/dns.ts";
import { StubResolver } from "../../src/dns/stub_resolver.ts";
import { guard } from "../../src/plugins/guard/guard.ts";
import { defaultLimits } from "../../src/plugins/plugin_limits.ts";
import { DnsServer } from "../support/dns_server.ts";
import { projectRoot } from "../support/runtimes.ts";
import { bareHost, runWasm } from "../support/run_wasm.ts";
import { watPlugin } from "../support/wat_plugin.ts";

interface Row {
  readonly title: string;
  readonly wasm: string | Uint8Array;
  readonly hook: HookName;
  readonly event: Event;
  readonly lists?: { readonly [name: string]: readonly string[] };
  readonly capabilities?: readonly Capability[];
}

/** What the smallest plugin in C comes to: one page of memory, and straight to the answer. */
const passing = `(module
  (import "qpsmtpd" "answer_write" (func $write (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "{\\"verdict\\":\\"pass\\"}")
  (func (export "connect") (result i32) (call $write (i32.const 0) (i32.const 18)) (i32.const 0)))`;

const calls = 5000;
const shipped = (name: string): string => join(projectRoot, "build/plugins", `${name}.wasm`);
const lists = {
  rcpthosts: ["localhost", "example.org"],
  badmailfrom: ["@spam.example"],
  badrcptto: ["x@spam.example"],
};

/** Prints a table: 5,000 calls behind 3,000 that warm up, one after another and 64 at a time. */
export async function measureHooks(print: (line: string) => void): Promise<void> {
  print(`Microseconds a hook call on Node ${process.versions.node}: guarded, suspendable, memory restored\n`);
  print(cells(["", "median", "p99", "mean of 64 at once"]));
  const server = await DnsServer.start({ "* A": { records: ["127.0.0.2"], ttl: 0 } });
  const resolver = new StubResolver({ servers: [server.address], cacheEntries: 1 });
  for (const row of await rows([dnsCapability(resolver)])) print(cells([row.title, ...await measure(row)]));
  await server.stop();
  print("");
  measureGuard(print);
}

async function rows(dns: readonly Capability[]): Promise<readonly Row[]> {
  const wat = watPlugin(passing);
  const noop = await built("noop", [], "rcpt: () => pass()");
  const asking = await built(
    "asking",
    ["dns"],
    'rcpt(_event, _setup, host) { host.dns.resolve("a.test", "A"); return pass(); }',
  );
  await stopBuilding();
  const rcpt = rcptEvent();
  return [
    { title: "no-op in WAT, connect", wasm: wat, hook: "connect", event: connectEvent() },
    { title: "no-op in TypeScript, rcpt", wasm: noop, hook: "rcpt", event: rcpt },
    { title: "the same with one DNS look-up", wasm: asking, hook: "rcpt", event: rcpt, capabilities: dns },
    { title: "rcpt_ok, rcpt", wasm: shipped("rcpt_ok"), hook: "rcpt", event: rcpt, lists },
    { title: "badrcptto, rcpt", wasm: shipped("badrcptto"), hook: "rcpt", event: rcpt, lists },
    { title: "badmailfrom, mail", wasm: shipped("badmailfrom"), hook: "mail", event: mailEvent(), lists },
    { title: "helo, ehlo", wasm: shipped("helo"), hook: "ehlo", event: heloEvent() },
    { title: "headers, data_post", wasm: shipped("headers"), hook: "data_post", event: messageEvent() },
  ];
}

async function built(name: string, needs: readonly string[], handler: string): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-noop-"));
  const source = join(folder, "plugin.ts");
  writeFileSync(source, `import { definePlugin, pass } from "#sdk";\nexport default definePlugin({ ${handler} });\n`);
  const manifest = { name, version: "1.0.0", description: "Is measured", licence: "MIT", needs };
  writeFileSync(join(folder, "plugin.json"), JSON.stringify(manifest));
  const plugin = await buildPlugin({ source });
  rmSync(folder, { recursive: true });
  if (plugin.kind === "failed") throw new Error(plugin.problems.join("\n"));
  return plugin.wasm;
}

async function measure({ wasm, hook, event, lists = {}, capabilities = [] }: Row): Promise<readonly string[]> {
  const host = bareHost(new Map(capabilities.map((capability) => [capability.name, capability])));
  const running = await runWasm(wasm, { lists, host });
  if (running.kind === "problems") throw new Error(JSON.stringify(running.problems));
  const call = async (): Promise<number> => {
    const result = await running.plugin.call(hook, event);
    if (result.kind === "failed") throw new Error(result.message);
    return result.micros;
  };
  for (let count = 0; count < 3000; count++) await call();
  const micros: number[] = [];
  for (let count = 0; count < calls; count++) micros.push(await call());
  const began = performance.now();
  await Promise.all(Array.from({ length: 64 }, async () => {
    for (let count = 0; count < calls / 64; count++) await call();
  }));
  const together = (performance.now() - began) * 1000 / calls;
  await running.close();
  micros.sort((a, b) => a - b);
  return [micros[calls / 2] ?? 0, micros[Math.floor(calls * 0.99)] ?? 0, together].map((figure) => figure.toFixed(1));
}

/** What loading a plugin pays for its guard: the median of 15 rewrites. */
function measureGuard(print: (line: string) => void): void {
  const wasm = readFileSync(shipped("rcpt_ok"));
  const took: number[] = [];
  let after = 0;
  for (let count = 0; count < 15; count++) {
    const began = performance.now();
    const guarded = guard(wasm, defaultLimits);
    took.push(performance.now() - began);
    if (guarded.kind === "guarded") after = guarded.wasm.length;
  }
  took.sort((a, b) => a - b);
  const [median = 0, megabytes] = [took[7], wasm.length / 1e6];
  const growth = ((after / wasm.length - 1) * 100).toFixed(0);
  print(
    `Rewriting rcpt_ok.wasm: ${median.toFixed(1)} ms, ${(median / megabytes).toFixed(1)} ms a MB; ${growth} % larger`,
  );
}

function cells([title = "", ...figures]: readonly string[]): string {
  return title.padEnd(32) + figures.map((figure) => figure.padStart(20)).join("");
}
