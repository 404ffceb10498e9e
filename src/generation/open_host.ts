// What the host offers to plugins, the same to all of them for the life of the process.

import { join } from "node:path";
import type { Capability } from "../capabilities/capability.ts";
import { clockCapability } from "../capabilities/clock.ts";
import { ContentCapability, whyUnreadable } from "../capabilities/content.ts";
import { readContent } from "../capabilities/content_octets.ts";
import { cryptoCapability } from "../capabilities/crypto.ts";
import { dnsCapability } from "../capabilities/dns.ts";
import { HttpCapability } from "../capabilities/http.ts";
import { LdapCapability } from "../capabilities/ldap.ts";
import { MmdbCapability } from "../capabilities/mmdb.ts";
import { RunCapability } from "../capabilities/run.ts";
import { SqlCapability } from "../capabilities/sql.ts";
import { storeCapability } from "../capabilities/store.ts";
import { TcpCapability } from "../capabilities/tcp.ts";
import type { Config } from "../config/config.ts";
import { addressesOf } from "../dns/addresses.ts";
import { openResolver } from "../dns/open_resolver.ts";
import type { Log } from "../log/log.ts";
import type { Host } from "../plugins/load.ts";
import { Turns } from "../plugins/turns.ts";
import type { DatabaseChoices } from "../sql/choice.ts";
import { openStore } from "../store/sqlite_store.ts";

export interface OpenHost extends Host {
  /** After the last plugin is closed. */
  close(): Promise<void>;
}

export type HostOpened =
  | { readonly kind: "host"; readonly host: OpenHost }
  | { readonly kind: "failed"; readonly message: string };

/** Opens `<state>/store.sqlite` and finds the DNS servers. */
export async function openHost(config: Config, log: Log): Promise<HostOpened> {
  const opened = await openStore(join(config.state, "store.sqlite"));
  if (opened.kind === "failed") return { kind: "failed", message: opened.message };
  const { store } = opened;
  const { servers, timeout } = config.dns;
  const resolver = await openResolver({ timeout, ...(servers.length === 0 ? {} : { servers }) });
  const lookup = (host: string, signal: AbortSignal): Promise<readonly string[]> => addressesOf(resolver, host, signal);
  const sql = new SqlCapability(config.database);
  const host = hostOf([
    dnsCapability(resolver),
    storeCapability(store, rarely((trouble) => log("error", "store", { why: trouble }))),
    new HttpCapability({ lookup }),
    new TcpCapability({ lookup }),
    new RunCapability(),
    new LdapCapability(),
    sql,
    new ContentCapability(),
    cryptoCapability(),
    clockCapability(),
    new MmdbCapability({ report: rarely((trouble) => log("warn", "mmdb", { why: trouble })) }),
  ]);
  return { kind: "host", host: { ...host, close: async () => void await Promise.all([sql.close(), store.close()]) } };
}

/** For looking at plugins without serving: nothing can be asked for. Databases are opened to see that they are there. */
export function emptyHost(databases: DatabaseChoices = {}): Host {
  return hostOf([
    new MmdbCapability({ report: () => {} }),
    new RunCapability(),
    new LdapCapability(),
    new SqlCapability(databases),
  ]);
}

function hostOf(capabilities: readonly Capability[]): Host {
  return {
    capabilities: new Map(capabilities.map((capability) => [capability.name, capability])),
    readContent: async (content, scopes, offset, length) => {
      if (await whyUnreadable(content, scopes, offset, length) !== undefined) return undefined;
      return await readContent(content, offset, length);
    },
    turns: new Turns(),
  };
}

/** Once in ten seconds: a broken disk fails every request alike. */
function rarely(report: (text: string) => void): (text: string) => void {
  let next = 0;
  return (text) => {
    if (performance.now() < next) return;
    next = performance.now() + 10_000;
    report(text);
  };
}
