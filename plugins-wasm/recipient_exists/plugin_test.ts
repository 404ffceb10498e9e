// Whom recipient_exists asks about, how, and what it makes of the answers; as wasm with servers on real sockets.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { defer, HostError, pass, reject } from "#sdk";
import type { Answer, JsonObject, Mailbox, RcptEvent } from "#sdk";
import { ask, configure, type FakeHost, fakeHost, type FakePeer, rcptEvent } from "#sdk/testing";
import { storeCapability } from "../../src/capabilities/store.ts";
import { TcpCapability } from "../../src/capabilities/tcp.ts";
import { openStore, type SqliteStore } from "../../src/store/sqlite_store.ts";
import { bareHost, everyGrant, runWasm } from "../../test/support/run_wasm.ts";
import { drop, type Script, ScriptedPeer, silence } from "../../test/support/scripted_peer.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { testPlugin } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const folder = temporaryFolder();

/** The next server by its local-parts; `RCPT` alone is for all others. */
const hop: Script = {
  "EHLO": "250-hop.test\r\n250-PIPELINING\r\n250 SMTPUTF8",
  "RCPT TO:<missing@": "550 5.1.1 <missing>: no such user",
  "RCPT TO:<plain@": "550 no such user",
  "RCPT TO:<moved@": "551 5.1.6 moved",
  "RCPT TO:<disabled@": "550 5.2.1 disabled",
  "RCPT TO:<exchange@": "550 5.4.1 Recipient address rejected: Access denied",
  "RCPT TO:<full@": "552 5.2.2 full",
  "RCPT TO:<fuller@": "552 full",
  "RCPT TO:<policy@": "550 5.7.1 not from you",
  "RCPT TO:<odd@": "554 go away",
  "RCPT TO:<later@": "450 4.2.0 greylisted",
  "RCPT TO:<fullnow@": "452 4.2.2 full now",
  "RCPT TO:<lines@": "550-5.1.1 no\r\n550-5.1.1 such\r\n550 5.1.1 user",
  "RCPT TO:<mixed@": "550-5.1.1 no\r\n250 yes",
  "RCPT TO:<babble@": "hello",
  "RCPT TO:<endless@": Array.from({ length: 200 }, () => "550-x").join("\r\n"),
  "RCPT TO:<long@": `550 ${"x".repeat(5000)}`,
  "RCPT TO:<silent@": silence,
  "RCPT TO:<drop@": drop,
  'RCPT TO:<"two words"@': "550 5.1.1 no",
  "RCPT TO:<лев@": "550 5.1.1 no",
};
const scripts: { readonly [name: string]: Script } = {
  hop,
  old: { ...hop, EHLO: "502 what", HELO: "250 old.test" },
  busy: { greeting: "421 busy" },
  angry: { greeting: "554 not you" },
  deaf: { EHLO: "502 what", HELO: "502 what" },
  strict: { MAIL: "530 5.7.0 STARTTLS first" },
  shut: { greeting: drop },
  local: { LHLO: "250 lmtp.test", EHLO: "500 this is LMTP", "RCPT TO:<missing@": "550 5.1.1 no" },
};
const peers = new Map<string, ScriptedPeer>();
for (const [name, script] of Object.entries(scripts)) peers.set(name, await ScriptedPeer.start(script));
const unixPath = join(folder, "lmtp");
peers.set("unix", await ScriptedPeer.start(scripts["local"], { path: unixPath }));

after(async () => {
  for (const peer of peers.values()) await peer.stop();
});

function peerNamed(name: string): ScriptedPeer {
  return peers.get(name) ?? assert.fail(name);
}

function placeOf(name: string): string {
  return name === "unix" ? `unix:${unixPath}` : `127.0.0.1:${peerNamed(name).port}`;
}

/** The same server without a socket: what it will not say is the end of the connection. */
function fakePeerOf(script: Script): FakePeer {
  const usual: Script = {
    greeting: "220 peer.test ESMTP",
    EHLO: "250 ok",
    MAIL: "250 ok",
    RCPT: "250 ok",
    QUIT: "221 bye",
  };
  const rows = Object.entries({ ...usual, ...script }).toSorted(([a], [b]) => b.length - a.length);
  return (written) => {
    const line = Buffer.from(written, "latin1").toString();
    const row = line === ""
      ? ["", script["greeting"] ?? usual["greeting"]]
      : rows.find(([command]) => line.startsWith(command));
    const reply = [row?.[1] ?? "500 what"].flat()[0] ?? "";
    return reply === silence || reply === drop ? "" : `${reply}\r\n`;
  };
}

const fakes: { readonly [to: string]: FakePeer } = Object.fromEntries(
  [...Object.entries(scripts), ["unix", scripts["local"] ?? {}] as const].map((
    [name, script],
  ) => [placeOf(name), fakePeerOf(script)]),
);
const tcp = new TcpCapability({ lookup: () => Promise.resolve([]) });
const stores: SqliteStore[] = [];
after(async () => {
  for (const store of stores) await store.close();
});

async function hostWithStore(now: () => number = Date.now): Promise<ReturnType<typeof bareHost>> {
  const opened = await openStore(join(folder, `${stores.length}.sqlite`), { now });
  if (opened.kind === "failed") return assert.fail(opened.message);
  stores.push(opened.store);
  return bareHost(new Map([tcp, storeCapability(opened.store, () => {})].map((each) => [each.name, each])));
}

/** No more than the one place: the plugin asks for any. */
function granted(server: string): readonly string[] {
  return [...everyGrant.filter((name) => name !== "tcp"), `tcp:${server}`];
}

function to(localPart: string, domain = "our.test"): RcptEvent {
  const forwardPath: Mailbox = { localPart, domain };
  return rcptEvent({ forwardPath });
}

const missing: Answer = { ...reject("Sorry, no mailbox by that name", { status: "5.1.1" }), score: -1 };
const unanswered = defer("Cannot find out now whether there is such a mailbox", { status: "4.4.3" });

function at(name: string, more: JsonObject = {}): { settings: JsonObject; lists: { rcpthosts: readonly string[] } } {
  return {
    settings: { server: placeOf(name), timeout: 1.5, ...more },
    lists: { rcpthosts: ["Our.test", ".below.test"] },
  };
}

const rows: readonly (readonly [title: string, localPart: string, expected: Answer])[] = [
  ["a recipient that exists", "somebody", pass()],
  ["one that does not", "missing", missing],
  ["without an enhanced status", "plain", missing],
  ["one that has moved", "moved", missing],
  ["one that is disabled", "disabled", missing],
  ["one that Exchange does not know", "exchange", missing],
  ["one whose mailbox is full exists", "full", pass()],
  ["also without an enhanced status", "fuller", pass()],
  ["a refusal for another reason says nothing", "policy", pass()],
  ["nor does an odd one", "odd", pass()],
  ["a deferral is no answer", "later", unanswered],
  ["nor is a mailbox that is full now", "fullnow", unanswered],
  ["a refusal of several lines", "lines", missing],
  ["lines that contradict each other are no answer", "mixed", unanswered],
  ["nor is babble", "babble", unanswered],
  ["nor a reply without end", "endless", unanswered],
  ["nor a line without end", "long", unanswered],
  ["nor silence", "silent", unanswered],
  ["nor the end of the connection", "drop", unanswered],
  ["a local part that must be quoted is", "two words", missing],
  ["one beyond ASCII is sent with SMTPUTF8", "лев", missing],
];

testPlugin({
  plugin,
  folder: import.meta.dirname,
  host: () => fakeHost({ tcp: fakes, store: {} }),
  runWasm: async (wasm, configuration) => {
    const server = String(configuration.settings?.["server"] ?? "");
    return await runWasm(wasm, {
      ...configuration,
      grant: /:.*[\w/]$/.test(server) ? granted(server) : everyGrant,
      host: await hostWithStore(),
    });
  },
  cases: [
    ...rows.map(([title, localPart, expected]) => [title, at("hop"), "rcpt", to(localPart), expected] as const),
    ["unanswered = pass lets the next plugin say", at("hop", { unanswered: "pass" }), "rcpt", to("later"), pass()],
    ["a server that knows no EHLO", at("old"), "rcpt", to("missing"), missing],
    ["a name beyond ASCII and no SMTPUTF8", at("old"), "rcpt", to("лев"), unanswered],
    ["a server that is busy", at("busy"), "rcpt", to("missing"), unanswered],
    ["one that refuses us says nothing about the recipient", at("angry"), "rcpt", to("missing"), unanswered],
    ["nor does one that takes no hello", at("deaf"), "rcpt", to("missing"), unanswered],
    ["nor one that takes no MAIL", at("strict"), "rcpt", to("missing"), unanswered],
    ["nor one that hangs up", at("shut"), "rcpt", to("missing"), unanswered],
    ["LMTP", at("local", { protocol: "lmtp" }), "rcpt", to("missing"), missing],
    ["LMTP on a Unix socket", at("unix", { protocol: "lmtp" }), "rcpt", to("missing"), missing],
    ["a server that is not there", { ...at("hop"), settings: { server: "127.0.0.1:1" } }, "rcpt", to("a"), unanswered],
    ["a domain below one of ours", at("hop"), "rcpt", to("missing", "a.below.test"), missing],
    ["in any case", at("hop"), "rcpt", to("missing", "OUR.TEST"), missing],
    ["domains can be named", at("hop", { domains: ["other.test"] }), "rcpt", to("missing", "other.test"), missing],
  ],
  misconfigured: [
    ["no server", { settings: { server: "mail" } }, "settings.server", '"mail" is not like "127.0.0.1:25"'],
    ["no domain", at("hop", { domains: ["a@b"] }), "settings.domains[0]", '"a@b" is no domain'],
    ["no reverse-path", at("hop", { mail_from: "me" }), "settings.mail_from", '"me" is not like "someone@example.org"'],
    ["a hello that is none", at("hop", { hello: "a\r\nQUIT" }), "settings.hello", '"a\\r\\nQUIT" is no domain'],
  ],
  asked: [
    ["recipients", at("hop"), ["rcpt"]],
    ["without domains there is nobody to ask about", { settings: { server: "a.test:25" } }, []],
  ],
});

const defaults = {
  protocol: "smtp",
  domains: [],
  mail_from: "",
  hello: "",
  unanswered: "defer",
  found_hours: 168,
  missing_hours: 3,
};

/** Asks natively, with time going on; the second is how often the server was asked. */
function askingFor(more: JsonObject = {}): {
  readonly host: FakeHost;
  readonly clock: { hours: number };
  ask(localPart: string, domain?: string): readonly [verdict: string, questions: number];
} {
  const { settings, lists } = at("hop", { ...defaults, ...more });
  const { setup } = configure(plugin, { settings, lists });
  const clock = { hours: 0 };
  const host = fakeHost({ tcp: fakes, store: {}, now: () => clock.hours * 3_600_000 });
  return {
    host,
    clock,
    ask: (localPart, domain) => {
      const { verdict } = ask(plugin, "rcpt", to(localPart, domain), setup, host);
      return [verdict, host.asked.filter(({ request }) => (request as { do: string }).do === "open").length];
    },
  };
}

test("what is found is remembered for a week, what is missing for three hours, and nothing else", () => {
  const asking = askingFor();
  assert.deepEqual(asking.ask("a"), ["pass", 1]);
  assert.deepEqual(asking.ask("missing"), ["reject", 2]);
  assert.deepEqual(asking.ask("later"), ["defer", 3]);
  assert.deepEqual(asking.ask("policy"), ["pass", 4]);
  asking.clock.hours = 2.99;
  assert.deepEqual(asking.ask("a"), ["pass", 4]);
  assert.deepEqual(asking.ask("a", "OUR.test"), ["pass", 4]);
  assert.deepEqual(asking.ask("missing"), ["reject", 4]);
  assert.deepEqual(asking.ask("later"), ["defer", 5]);
  assert.deepEqual(asking.ask("policy"), ["pass", 6]);
  asking.clock.hours = 3.01;
  assert.deepEqual(asking.ask("missing"), ["reject", 7]);
  asking.clock.hours = 167;
  assert.deepEqual(asking.ask("a"), ["pass", 7]);
  asking.clock.hours = 169;
  assert.deepEqual(asking.ask("a"), ["pass", 8]);
});

test("hours of 0 remember nothing", () => {
  const asking = askingFor({ found_hours: 0, missing_hours: 0 });
  assert.deepEqual([asking.ask("a"), asking.ask("a")], [["pass", 1], ["pass", 2]]);
  assert.deepEqual([asking.ask("missing"), asking.ask("missing")], [["reject", 3], ["reject", 4]]);
});

test("nobody is asked about foreign recipients, nor about postmaster", () => {
  const asking = askingFor();
  for (
    const [localPart, domain] of [
      ["missing", "elsewhere.test"],
      ["missing", "below.test"],
      ["Postmaster", "our.test"],
      ["postmaster", ""],
    ] as const
  ) {
    assert.deepEqual(asking.ask(localPart, domain), ["pass", 0]);
  }
});

test("a store that does not work costs a question, not the mail, and the log says so", () => {
  const { settings, lists } = at("hop", defaults);
  const { setup } = configure(plugin, { settings, lists });
  const fail = (): never => {
    throw new HostError("full", "it is full");
  };
  const host = fakeHost({ tcp: fakes, store: {} });
  const logged: string[] = [];
  const log = (level: string, text: string): void => void logged.push(`${level} ${text}`);
  const broken = { ...host, store: { ...host.store, get: fail, set: fail }, log };
  assert.equal(ask(plugin, "rcpt", to("missing"), setup, broken).verdict, "reject");
  assert.deepEqual(logged, new Array<string>(2).fill("warn The store does not work: full: it is full"));
});
