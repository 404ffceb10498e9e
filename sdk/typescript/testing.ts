// What a plugin's own test needs: events with sensible defaults, `configure` and `ask` as the host would; the fake host.

import type { HookName, JsonObject } from "../contract/contract.ts";
import type {
  ArgumentEvent,
  Asked,
  AuthEvent,
  ConnectEvent,
  DataEvent,
  Events,
  HeadersEvent,
  HelloEvent,
  MailEvent,
  MessageEvent,
  RcptEvent,
  UnrecognizedCommandEvent,
} from "../contract/event.ts";
import type { Answer } from "../contract/verdict.ts";
import type { ConfiguringHost, Host, Plugin } from "./define_plugin.ts";
import { fakeHost } from "./fake/fake_host.ts";
import { openConfiguringHost } from "./host/open_host.ts";

export { fakeHost } from "./fake/fake_host.ts";
export type { AskedRequest, FakeHost, FakeHostOptions, LoggedLine } from "./fake/fake_host.ts";
export type { FakeDns } from "./fake/fake_dns.ts";
export type { FakeHttp, FakeHttpAnswer } from "./fake/fake_http.ts";
export type { FakeLdap, FakeLdapEntry } from "./fake/fake_ldap.ts";
export type { FakeMmdb } from "./fake/fake_mmdb.ts";
export type { FakeProgram, FakeRun } from "./fake/fake_run.ts";
export type { FakeSql } from "./fake/fake_sql.ts";
export type { FakeStore } from "./fake/fake_store.ts";
export type { FakePeer, FakeTcp } from "./fake/fake_tcp.ts";

/** What `configure` is given in a test; all of it may be left out. */
export interface Configuration {
  readonly settings?: JsonObject;
  readonly lists?: { readonly [name: string]: readonly string[] };
  readonly serverName?: string;
}

/** What came out of `configure`: the setup for `ask`, and what was said on the way. */
export interface Configured<Setup> {
  readonly setup: Setup;
  readonly problems: readonly { readonly path: string; readonly message: string }[];
  readonly unused: readonly HookName[];
}

const sampleMailbox = { localPart: "alice", domain: "client.example" };
const sampleForwardPath = { localPart: "bob", domain: "server.example" };

/** `connect`. */
export function connectEvent(overrides: Partial<ConnectEvent> = {}): ConnectEvent {
  return { ...factEvent(), early: false, ...overrides };
}

/** PLAIN with a right-looking password. */
export function authEvent(overrides: Partial<AuthEvent> = {}): AuthEvent {
  return { ...greeted(), mechanism: "PLAIN", step: "check", claimed: "alice", password: "secret", ...overrides };
}

/** `quit`, `reset_transaction` and `disconnect`: nothing but the session. */
export function factEvent(overrides: Partial<Asked> = {}): Asked {
  return {
    time: Date.UTC(2026, 0, 1),
    seed: 1,
    session: {
      id: "session-1",
      client: { address: "192.0.2.1", port: 50_000 },
      server: { address: "192.0.2.25", port: 25, name: "mx.server.example" },
    },
    ...overrides,
  };
}

/** `helo` and `ehlo`. */
export function heloEvent(overrides: Partial<HelloEvent> = {}): HelloEvent {
  return { ...factEvent(), name: "client.example", ...overrides };
}

export function mailEvent(overrides: Partial<MailEvent> = {}): MailEvent {
  return { ...greeted(), reversePath: sampleMailbox, parameters: {}, ...overrides };
}

export function rcptEvent(overrides: Partial<RcptEvent> = {}): RcptEvent {
  const transaction = { id: "transaction-1", reversePath: sampleMailbox, recipientCount: 0 };
  return { ...greeted(), transaction, forwardPath: sampleForwardPath, parameters: {}, ...overrides };
}

export function dataEvent(overrides: Partial<DataEvent> = {}): DataEvent {
  return { ...enveloped(), early: false, ...overrides };
}

/** `data_headers_end`. */
export function headersEvent(overrides: Partial<HeadersEvent> = {}): HeadersEvent {
  return {
    ...enveloped(),
    headers: [
      ["From", "Alice <alice@client.example>"],
      ["To", "Bob <bob@server.example>"],
      ["Date", "Thu, 01 Jan 2026 00:00:00 +0000"],
      ["Message-ID", "<1@client.example>"],
      ["Subject", "A sample"],
    ],
    ...overrides,
  };
}

/** `data_post` and `queue`. */
export function messageEvent(overrides: Partial<MessageEvent> = {}): MessageEvent {
  return { ...headersEvent(), size: 1000, ...overrides };
}

/** `vrfy`, `noop` and `help`. */
export function argumentEvent(overrides: Partial<ArgumentEvent> = {}): ArgumentEvent {
  return { ...factEvent(), argument: "", ...overrides };
}

export function unrecognizedCommandEvent(overrides: Partial<UnrecognizedCommandEvent> = {}): UnrecognizedCommandEvent {
  return { ...argumentEvent(), verb: "NONSENSE", ...overrides };
}

/** Runs the plugin's `configure`; the setup of a plugin that has none is `undefined`. */
export function configure<Setup>(
  plugin: Plugin<Setup>,
  configuration: Configuration = {},
  host: ConfiguringHost = fakeHost(),
): Configured<Setup> {
  const problems: { readonly path: string; readonly message: string }[] = [];
  const unused: HookName[] = [];
  const given = {
    settings: configuration.settings ?? {},
    lists: configuration.lists ?? {},
    serverName: configuration.serverName ?? "mx.server.example",
    problem(path: string, message: string): void {
      problems.push({ path, message });
    },
    unused(...hooks: readonly HookName[]): void {
      unused.push(...hooks);
    },
  };
  // A plugin without `configure` was declared with Setup = undefined; the type cannot say so.
  const setup = plugin.configure?.(given, openConfiguringHost((level, text) => host.log(level, text))) as Setup;
  return { setup, problems, unused };
}

/** Asks one hook and returns its answer; silence is `pass`. Throws if the plugin does not have that hook. */
export function ask<Setup, H extends HookName>(
  plugin: Plugin<Setup>,
  hook: H,
  event: Events[H],
  ...[setup, host]: undefined extends Setup ? [setup?: Setup, host?: Host] : [setup: Setup, host?: Host]
): Answer {
  const question = plugin[hook] as ((event: Events[H], setup: Setup, host: Host) => Answer | void) | undefined;
  if (question === undefined) throw new Error(`The plugin has no function for the hook \`${hook}\`.`);
  return question.call(plugin, event, setup as Setup, host ?? fakeHost()) ?? { verdict: "pass" };
}

function enveloped(): Omit<DataEvent, "early"> {
  const transaction = { id: "transaction-1", reversePath: sampleMailbox, recipientCount: 1 };
  return { ...greeted(), transaction, forwardPaths: [sampleForwardPath] };
}

function greeted(): Asked {
  const { session, ...rest } = factEvent();
  return { ...rest, session: { ...session, hello: { verb: "EHLO", name: "client.example" } } };
}
