// A host for native tests: it keeps what it is told, and answers from what the test gave it.

import type { HostCapability } from "../../contract/manifest.ts";
import type { Host } from "../define_plugin.ts";
import { clockOf } from "../host/clock.ts";
import { contentOf } from "../host/content.ts";
import { cryptoOf } from "../host/crypto.ts";
import { dnsOf } from "../host/dns.ts";
import { HostError } from "../host/host_error.ts";
import { httpOf } from "../host/http.ts";
import { ldapOf } from "../host/ldap.ts";
import { mmdbOf } from "../host/mmdb.ts";
import type { Octets } from "../host/octets.ts";
import { type Capabilities, openHost } from "../host/open_host.ts";
import { runOf } from "../host/run.ts";
import { sqlOf } from "../host/sql.ts";
import { storeOf } from "../host/store.ts";
import { tcpOf } from "../host/tcp.ts";
import { fakeContent } from "./fake_content.ts";
import { fakeCrypto } from "./fake_crypto.ts";
import { type FakeDns, fakeDns } from "./fake_dns.ts";
import { type FakeHttp, fakeHttp } from "./fake_http.ts";
import { type FakeLdap, fakeLdap } from "./fake_ldap.ts";
import { type FakeMmdb, fakeMmdb } from "./fake_mmdb.ts";
import { type FakeRun, fakeRun } from "./fake_run.ts";
import { type FakeSql, fakeSql } from "./fake_sql.ts";
import { type FakeStore, fakeStore } from "./fake_store.ts";
import { type FakeTcp, fakeTcp } from "./fake_tcp.ts";

/** What is left out is not granted, but for `crypto` and `clock`, which need nothing. */
export interface FakeHostOptions {
  readonly dns?: FakeDns;
  readonly store?: FakeStore;
  readonly http?: FakeHttp;
  readonly tcp?: FakeTcp;
  readonly run?: FakeRun;
  readonly ldap?: FakeLdap;
  readonly sql?: FakeSql;
  readonly mmdb?: FakeMmdb;
  /** The message under way. */
  readonly content?: Octets;
  /** For `clock`, and for what expires in `store`; the first of January 2026 unless given. */
  readonly now?: () => number;
}

/** One line that a plugin wrote into the log. */
export interface LoggedLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly text: string;
}

/** One request as it would have reached the host. */
export interface AskedRequest {
  readonly capability: string;
  readonly request: object;
}

export interface FakeHost extends Host {
  readonly logged: readonly LoggedLine[];
  /** All requests, those that were refused too; not the octets that `content.read` copied. */
  readonly asked: readonly AskedRequest[];
}

type Fakes = { readonly [C in HostCapability]?: (request: object) => unknown };

const all: Required<Capabilities> = {
  dns: dnsOf,
  store: storeOf,
  http: httpOf,
  tcp: tcpOf,
  run: runOf,
  ldap: ldapOf,
  sql: sqlOf,
  content: contentOf,
  crypto: cryptoOf,
  clock: clockOf,
  mmdb: mmdbOf,
};

export function fakeHost(options: FakeHostOptions = {}): FakeHost {
  const logged: LoggedLine[] = [];
  const asked: AskedRequest[] = [];
  const content = options.content === undefined ? undefined : fakeContent(options.content);
  const fakes = fakesOf(options, content?.answer);
  const granted = Object.entries(all).filter(([name]) => fakes[name as HostCapability] !== undefined);
  const host = openHost(
    (level, text) => void logged.push({ level, text }),
    Object.fromEntries(granted),
    {
      call(capability, request): unknown {
        const sent = throughJson(request) as object;
        asked.push({ capability, request: sent });
        return throughJson(fakes[capability as HostCapability]?.(sent));
      },
      readContent: (offset, into) => content?.readInto(offset, into) ?? -1,
    },
    (name) => `give the test's host one, fakeHost({ ${name}: … })`,
  );
  return Object.assign(host, { logged, asked });
}

function fakesOf(options: FakeHostOptions, content: Fakes["content"]): Fakes {
  const { dns, store, http, tcp, run, ldap, sql, mmdb, now = (): number => Date.UTC(2026, 0, 1) } = options;
  return {
    ...(dns === undefined ? {} : { dns: fakeDns(dns) }),
    ...(store === undefined ? {} : { store: fakeStore(store, now) }),
    ...(http === undefined ? {} : { http: fakeHttp(http) }),
    ...(tcp === undefined ? {} : { tcp: fakeTcp(tcp) }),
    ...(run === undefined ? {} : { run: fakeRun(run) }),
    ...(ldap === undefined ? {} : { ldap: fakeLdap(ldap) }),
    ...(sql === undefined ? {} : { sql: fakeSql(sql) }),
    ...(mmdb === undefined ? {} : { mmdb: fakeMmdb(mmdb) }),
    ...(content === undefined ? {} : { content }),
    crypto: fakeCrypto,
    clock: () => now(),
  };
}

/** What is no JSON would not survive the way to the host either. */
function throughJson(value: unknown): unknown {
  const text = JSON.stringify(value);
  if (text === undefined) throw new HostError("badRequest", "fakeHost: there is no such request");
  return JSON.parse(text);
}
