// What p0f is asked, how its answers are read, and what comes of them; as wasm with a socket that speaks its protocol.

import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { editing, noting, pass, reject } from "#sdk";
import type { Answer, JsonObject } from "#sdk";
import { ask, configure, fakeHost, messageEvent } from "#sdk/testing";
import { TcpCapability } from "../../src/capabilities/tcp.ts";
import { bareHost, everyGrant, runWasm } from "../../test/support/run_wasm.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { addressOctets } from "../shared/networks.ts";
import { testPlugin } from "../shared/cases.ts";
import { connectFrom } from "../shared/sample_events.ts";
import plugin from "./plugin.ts";
import { queryFor, readAnswer } from "./protocol.ts";

interface Known {
  readonly status?: number;
  readonly texts?: readonly string[];
  readonly numbers?: readonly number[];
  readonly distance?: number;
  readonly bad?: number;
  readonly quality?: number;
}

/** 232 octets as p0f's own api.h lays them out. */
function answerOf({ status = 0x10, texts = [], numbers = [], distance = -1, bad = 0, quality = 0 }: Known): Buffer {
  const answer = Buffer.alloc(232);
  answer.writeUInt32LE(0x50304602, 0);
  answer.writeUInt32LE(status, 4);
  for (const [index, number] of numbers.entries()) answer.writeUInt32LE(number, 8 + index * 4);
  answer.writeInt16LE(distance, 36);
  answer.writeUInt8(bad, 38);
  answer.writeUInt8(quality, 39);
  for (const [index, text] of texts.entries()) answer.write(text, 40 + index * 32, 32, "latin1");
  return answer;
}

const windows = answerOf({
  texts: ["Windows", "XP", "", "", "DSL", "English"],
  numbers: [1_767_225_600, 1_767_225_660, 3, 1440],
  distance: 9,
  quality: 1,
});
const linux = answerOf({ texts: ["Linux", "3.11 and newer", "", "", "Ethernet or modem"], distance: 0 });
const hostile = answerOf({ texts: ["x".repeat(32), "a\r\nSubject: b", "", "", "\xff"] });
const clients: { readonly [address: string]: Buffer } = {
  "192.0.2.1": windows,
  "192.0.2.2": linux,
  "192.0.2.3": hostile,
  "192.0.2.4": answerOf({ status: 0 }),
  "192.0.2.5": answerOf({ status: 0x20 }),
  "192.0.2.6": answerOf({}).fill(1),
  "192.0.2.7": linux.subarray(0, 100),
  "192.0.2.8": answerOf({ status: 0x30 }),
  "192.0.2.9": answerOf({}),
  "2001:db8::1": windows,
};
/** Never answers. */
const silent = "192.0.2.10";

/** By the query, as api.h lays it out too. */
function answerTo(query: Buffer): Buffer | undefined {
  if (query.length !== 21 || query.readUInt32LE(0) !== 0x50304601) return Buffer.alloc(0);
  const octets = [...query.subarray(5, query[4] === 4 ? 9 : 21)];
  const address = Object.keys(clients).find((known) => addressOctets(known)?.join() === octets.join());
  if (octets.join(".") === silent) return undefined;
  return clients[address ?? ""] ?? answerOf({ status: 0x20 });
}

const socket = join(temporaryFolder(), "p0f.sock");
const open = new Set<Socket>();
const server = createServer((peer) => {
  open.add(peer);
  peer.on("error", () => {});
  peer.on("data", (query) => {
    const answer = answerTo(query as Buffer);
    if (answer === undefined) return;
    if (answer.length === 232) peer.write(answer);
    else peer.end(answer);
  });
});
before(() => new Promise<void>((resolve) => void server.listen(socket, resolve)));
after(() => {
  for (const peer of open) peer.destroy();
  server.close();
});

function passed(session: JsonObject, score?: number): Answer {
  return { ...noting(pass(), { session }), ...(score === undefined ? {} : { score }) };
}

function blocked(session: JsonObject): Answer {
  return noting(reject("OS Blocked", { status: "5.7.1" }), { session });
}

const found = {
  windows: {
    os_name: "Windows",
    os_flavor: "XP",
    link: "DSL",
    language: "English",
    first_seen: 1_767_225_600,
    last_seen: 1_767_225_660,
    total_conn: 3,
    uptime: 1440,
    os_match_q: 1,
    genre: "Windows XP",
    distance: 9,
  },
  linux: {
    os_name: "Linux",
    os_flavor: "3.11 and newer",
    link: "Ethernet or modem",
    genre: "Linux 3.11 and newer",
    distance: 0,
  },
  hostile: {
    os_name: "x".repeat(32),
    os_flavor: "a??Subject: b",
    link: "?",
    genre: `${"x".repeat(32)} a??Subject: b`,
  },
};

const settings = { socket };
const blocking = (
  ...lines: readonly string[]
): { settings: JsonObject; lists: { [name: string]: readonly string[] } } => {
  return { settings, lists: { p0f_blocked_operating_systems: lines } };
};
const scoring = { settings: { socket, smite_os: "windows", score: ["/^linux/ = +2", "Windows XP=-3", "Windows=1"] } };
const removing = [{ edit: "removeHeader", name: "X-P0F-Genre" }, {
  edit: "removeHeader",
  name: "X-P0F-Link-Type",
}] as const;

const peers = {
  [`unix:${socket}`]: (written: string) => written === "" ? "" : answerTo(Buffer.from(written, "latin1")) ?? "",
};
const tcp = new TcpCapability({ lookup: () => Promise.resolve([]) });

testPlugin({
  plugin,
  folder: import.meta.dirname,
  host: () => fakeHost({ tcp: peers }),
  runWasm: (wasm, configuration) =>
    runWasm(wasm, {
      ...configuration,
      grant: [...everyGrant.filter((name) => name !== "tcp"), `tcp:unix:${socket}`],
      host: bareHost(new Map([["tcp", tcp]])),
    }),
  cases: [
    ["what p0f knows is noted", { settings }, "connect", connectFrom("192.0.2.1"), passed(found.windows)],
    ["and no more than it knows", { settings }, "connect", connectFrom("192.0.2.2"), passed(found.linux)],
    ["of an IPv6 client too", { settings }, "connect", connectFrom("2001:db8::1"), passed(found.windows)],
    [
      "of an IPv4 client on a socket for both",
      { settings },
      "connect",
      connectFrom("::ffff:192.0.2.1"),
      passed(found.windows),
    ],
    [
      "what the client wrote is made printable",
      { settings },
      "connect",
      connectFrom("192.0.2.3"),
      passed(found.hostile),
    ],
    ["a client without a name", blocking("", "/.*/"), "connect", connectFrom("192.0.2.9"), passed({})],
    ["a question that p0f does not understand", { settings }, "connect", connectFrom("192.0.2.4"), pass()],
    ["a client that p0f has not seen", { settings }, "connect", connectFrom("192.0.2.5"), pass()],
    ["something else than p0f", { settings }, "connect", connectFrom("192.0.2.6"), pass()],
    ["half an answer", { settings }, "connect", connectFrom("192.0.2.7"), pass()],
    ["a status that nobody knows", { settings }, "connect", connectFrom("192.0.2.8"), pass()],
    ["no answer at all", { settings: { socket, timeout: 0.2 } }, "connect", connectFrom(silent), pass()],
    ["a client on a Unix socket", { settings }, "connect", connectFrom(""), pass()],
    ["no p0f", { settings: { socket: "/nowhere/p0f.sock" } }, "connect", connectFrom("192.0.2.1"), pass()],

    [
      "a system is blocked by its name",
      blocking("windows xp"),
      "connect",
      connectFrom("192.0.2.1"),
      blocked(found.windows),
    ],
    ["in all its flavours", blocking("Windows"), "connect", connectFrom("192.0.2.1"), blocked(found.windows)],
    ["by an expression", blocking("/windows (xp|98)/"), "connect", connectFrom("192.0.2.1"), blocked(found.windows)],
    ["by one with its flag", blocking("BeOS", "/XP$/i"), "connect", connectFrom("192.0.2.1"), blocked(found.windows)],
    ["not by a part of its name", blocking("Windo", "XP"), "connect", connectFrom("192.0.2.1"), passed(found.windows)],
    ["nor is another", blocking("Windows", "/windows/"), "connect", connectFrom("192.0.2.2"), passed(found.linux)],

    ["points add up", scoring, "connect", connectFrom("192.0.2.1"), passed(found.windows, -3)],
    ["for a system that is liked", scoring, "connect", connectFrom("192.0.2.2"), passed(found.linux, 2)],
    [
      "for the one in smite_os",
      { settings: { socket, smite_os: "windows" } },
      "connect",
      connectFrom("192.0.2.1"),
      passed(found.windows, -1),
    ],

    [
      "the message is told, and what it says itself is removed",
      { settings },
      "data_post",
      messageEvent({ notes: { session: found.linux } }),
      editing(
        pass(),
        removing[0],
        { edit: "addHeader", name: "X-P0F-Genre", value: "Linux 3.11 and newer" },
        removing[1],
        { edit: "addHeader", name: "X-P0F-Link-Type", value: "Ethernet or modem" },
      ),
    ],
    ["where nothing is known too", { settings }, "data_post", messageEvent(), editing(pass(), ...removing)],
  ],
  misconfigured: [
    [
      "a socket that is none",
      { settings: { socket: "p0f.sock" } },
      "settings.socket",
      '"p0f.sock" is no absolute path',
    ],
    [
      "a bad expression",
      blocking("ok", "/(/"),
      "lists.p0f_blocked_operating_systems[1]",
      '"/(/" is not a regular expression',
    ],
    [
      "a long line",
      blocking("x".repeat(300)),
      "lists.p0f_blocked_operating_systems[0]",
      `"${"x".repeat(60)}…" is longer`,
    ],
    ["too many", blocking(...new Array<string>(201).fill("x")), "lists.p0f_blocked_operating_systems", "has 201 lines"],
    ["points for nothing", { settings: { score: ["=1"] } }, "settings.score[0]", '"=1" is not like "Windows XP=-1"'],
    ["no points", { settings: { score: ["Windows"] } }, "settings.score[0]", '"Windows" is not like "Windows XP=-1"'],
    ["a bad smite_os", { settings: { smite_os: "(" } }, "settings.smite_os", '"(" is not a regular expression'],
  ],
  asked: [
    ["messages are told", {}, ["connect", "data_post"]],
    ["or not", { settings: { add_headers: false } }, ["connect"]],
  ],
});

test("a p0f that is away, or answers nonsense, is in the log", () => {
  const { setup } = configure(plugin, { settings: { socket, timeout: 1, smite_os: "", score: [], add_headers: true } });
  const rows: readonly (readonly [address: string, line: string])[] = [
    ["192.0.2.6", `${socket} answers nonsense: no answer of p0f 3`],
    ["192.0.2.7", `${socket} answers nonsense: 100 octets, not 232`],
    ["192.0.2.4", `${socket} answers nonsense: p0f does not understand the question`],
  ];
  for (const [address, line] of rows) {
    const host = fakeHost({ tcp: peers });
    ask(plugin, "connect", connectFrom(address), setup, host);
    assert.deepEqual(host.logged, [{ level: "warn", text: line }]);
  }
  const host = fakeHost({ tcp: {} });
  ask(plugin, "connect", connectFrom("192.0.2.1"), setup, host);
  assert.match(host.logged[0]?.text ?? "", /does not answer: connection: /);
});

test("the question is what p0f's API says", () => {
  const ipv4 = "014630500" + "4c0000201" + "00".repeat(12);
  const ipv6 = "014630500" + "620010db8" + "00".repeat(11) + "01";
  assert.equal(Buffer.from(queryFor([192, 0, 2, 1])).toString("hex"), ipv4);
  assert.equal(Buffer.from(queryFor(addressOctets("2001:db8::1") ?? [])).toString("hex"), ipv6);
});

test("no answer of any octets is more than an answer", () => {
  for (let seed = 0; seed < 256; seed++) {
    const octets = Uint8Array.from({ length: 232 }, (_, at) => at < 8 ? windows[at] ?? 0 : (at * 31 + seed * 97) & 255);
    const answered = readAnswer(octets);
    assert.ok(answered.kind === "known");
    for (const value of Object.values(answered.fingerprint)) assert.match(String(value), /^[ -~]{0,65}$/);
  }
});
