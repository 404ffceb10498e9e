// Microseconds of one hook call through the real host: a TypeScript plugin that does nothing, and the bundled ones.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HookName } from "../../sdk/contract/contract.ts";
import type { Event } from "../../sdk/contract/event.ts";
import { buildPlugin, stopBuilding } from "../../sdk/typescript/build_plugin.ts";
import { heloEvent, mailEvent, messageEvent, rcptEvent } from "../../sdk/typescript/testing.ts";
import { projectRoot } from "../support/runtimes.ts";
import { runWasm } from "../support/run_wasm.ts";

interface Row {
  readonly title: string;
  readonly wasm: string | Uint8Array;
  readonly hook: HookName;
  readonly event: Event;
  readonly lists?: { readonly [name: string]: readonly string[] };
}

const calls = 5000;

/** Median and 99th percentile of 5,000 calls behind 3,000 that warm up. */
export async function measureHooks(print: (line: string) => void): Promise<void> {
  print(`Microseconds a hook call on this runtime, Node ${process.versions.node}: median and 99th percentile\n`);
  for (const row of await rows()) {
    const { median, p99 } = await measure(row);
    print(`${row.title.padEnd(40)}${median.toFixed(1).padStart(8)}${p99.toFixed(1).padStart(8)}`);
  }
}

async function rows(): Promise<readonly Row[]> {
  const built = (name: string): string => join(projectRoot, "build/plugins", `${name}.wasm`);
  const rcpt = rcptEvent();
  const lists = {
    rcpthosts: ["localhost", "example.org"],
    badmailfrom: ["@spam.example"],
    badrcptto: ["x@spam.example"],
  };
  return [
    { title: "no-op in TypeScript, rcpt", wasm: await noop(), hook: "rcpt", event: rcpt },
    { title: "rcpt_ok, rcpt", wasm: built("rcpt_ok"), hook: "rcpt", event: rcpt, lists },
    { title: "badrcptto, rcpt", wasm: built("badrcptto"), hook: "rcpt", event: rcpt, lists },
    { title: "badmailfrom, mail", wasm: built("badmailfrom"), hook: "mail", event: mailEvent(), lists },
    { title: "helo, ehlo", wasm: built("helo"), hook: "ehlo", event: heloEvent() },
    { title: "headers, data_post", wasm: built("headers"), hook: "data_post", event: messageEvent() },
  ];
}

async function noop(): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-noop-"));
  const source = join(folder, "plugin.ts");
  writeFileSync(
    source,
    'import { definePlugin, pass } from "#sdk";\nexport default definePlugin({ rcpt: () => pass() });\n',
  );
  writeFileSync(
    join(folder, "plugin.json"),
    JSON.stringify({ name: "noop", version: "1.0.0", description: "Does nothing", licence: "MIT" }),
  );
  const plugin = await buildPlugin({ source });
  await stopBuilding();
  rmSync(folder, { recursive: true });
  if (plugin.kind === "failed") throw new Error(plugin.problems.join("\n"));
  return plugin.wasm;
}

async function measure({ wasm, hook, event, lists = {} }: Row): Promise<{ median: number; p99: number }> {
  const running = await runWasm(wasm, { lists });
  if (running.kind === "problems") throw new Error(JSON.stringify(running.problems));
  for (let count = 0; count < 3000; count++) await running.plugin.call(hook, event);
  const micros: number[] = [];
  for (let count = 0; count < calls; count++) {
    const result = await running.plugin.call(hook, event);
    if (result.kind === "failed") throw new Error(result.message);
    micros.push(result.micros);
  }
  await running.close();
  micros.sort((a, b) => a - b);
  return { median: micros[calls / 2] ?? 0, p99: micros[Math.floor(calls * 0.99)] ?? 0 };
}
