// Two hosts for the tests of plugins that ask the DNS, of one table: a fake one, and the real one with a real name server.

import { join } from "node:path";
import { after } from "node:test";
import type { RecordOf, RecordType } from "../../sdk/typescript/host/dns.ts";
import { type FakeDns, type FakeHost, fakeHost } from "../../sdk/typescript/testing.ts";
import { dnsCapability } from "../../src/capabilities/dns.ts";
import { storeCapability } from "../../src/capabilities/store.ts";
import { recordTypes } from "../../src/dns/resolver.ts";
import { reverseName } from "../../src/dns/reverse_name.ts";
import { StubResolver } from "../../src/dns/stub_resolver.ts";
import { openStore } from "../../src/store/sqlite_store.ts";
import { DnsServer, type Misdeed, type Zone } from "./dns_server.ts";
import { bareHost, type RunOptions, runWasm, type WasmRun } from "./run_wasm.ts";
import { temporaryFolder } from "./temporary_folder.ts";

export interface Asking {
  /** For native cases, each with an empty store. */
  readonly host: () => FakeHost;
  /** Each with an empty store of its own; in the place of `runWasm`. */
  readonly runWasm: (wasm: Uint8Array, options: RunOptions) => Promise<WasmRun>;
  /** What the wasm asks. */
  readonly dns: DnsServer;
}

/** To be called outside of tests: everything ends after the last one of the file. */
export async function askingHosts(table: FakeDns): Promise<Asking> {
  const dns = await DnsServer.start(zoneOf(table));
  const ends: (() => Promise<void>)[] = [() => dns.stop()];
  after(async () => {
    for (const end of ends) await end();
  });
  const folder = temporaryFolder();
  return {
    host: () => fakeHost({ dns: table, store: {} }),
    runWasm: async (wasm, options) => {
      const opened = await openStore(join(folder, `${ends.length}.sqlite`));
      if (opened.kind === "failed") throw new Error(opened.message);
      ends.push(() => opened.store.close());
      const capabilities = [
        dnsCapability(new StubResolver({ servers: [dns.address] })),
        storeCapability(opened.store, () => {}),
      ];
      const host = bareHost(new Map(capabilities.map((capability) => [capability.name, capability])));
      return await runWasm(wasm, { ...options, host });
    },
    dns,
  };
}

/** The same answers, as a name server is told to give them. */
function zoneOf(table: FakeDns): Zone {
  const rows = Object.entries(table).flatMap(([key, known]): [string, readonly string[] | Misdeed][] => {
    const name = reverseName(key) ?? key;
    if (typeof known === "string") return recordTypes.map((type) => [`${name} ${type}`, misdeedOf(known)]);
    return Object.entries(known).map(([type, records]) => [`${name} ${type}`, records.map(textOf)]);
  });
  return Object.fromEntries(rows);
}

function misdeedOf(known: string): Misdeed {
  switch (known) {
    case "SERVFAIL":
    case "REFUSED":
      return known;
    case "malformed":
      return "GARBAGE";
    case "timeout":
      return "TIMEOUT";
    default:
      throw new Error(`Cannot make a name server that ends in ${known}`);
  }
}

function textOf(record: RecordOf[RecordType]): string {
  if (typeof record === "string") return record;
  if ("exchange" in record) return `${record.preference} ${record.exchange}`;
  return `${record.usage} ${record.selector} ${record.matching} ${record.data}`;
}
