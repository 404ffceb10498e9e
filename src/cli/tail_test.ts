import assert from "node:assert/strict";
import { test } from "node:test";
import type { Facts, Happening, HappeningKind } from "../live/happening.ts";
import { parseCommandLine } from "./arguments.ts";
import { EventDecoder } from "./event_decoder.ts";
import { painter } from "./paint.ts";
import { TailFilter } from "./tail_filter.ts";
import { tailLine } from "./tail_line.ts";

function happening(kind: HappeningKind, facts: Facts, session = "1ke4z8q-7m2px40"): Happening {
  return { id: 1, at: 0, pid: 1, kind, session, facts };
}

const client = "192.0.2.7";
const envelope = { client, from: "<A@b.test>", to: ["<c@d.test>", "<邮@例.test>"], recipients: 2 };
const samples = {
  connected: happening("connected", { client, port: 25 }),
  sixth: happening("connected", { client: "2001:db8::7", port: 25 }, "6"),
  socket: happening("connected", { client: "", port: 0 }, "s"),
  passes: happening("verdict", { ...envelope, plugin: "p", hook: "rcpt", found: "accepts", about: "e@f.test" }),
  refuses: happening("verdict", { ...envelope, plugin: "p", hook: "rcpt", found: "refuses", about: "<x@f.test>" }, "2"),
  reply: happening("reply", { ...envelope, code: 550, text: "550 5.7.1 no" }, "2"),
  other: happening("reply", { client, code: 503, text: "503 order" }, "2"),
  null: happening("message", { client, from: "<>", to: [], ending: "accepted" }, "3"),
  failed: happening("message", { client, from: "<>", to: [], ending: "tooLarge" }, "4"),
  turned: happening("turnedAway", { client, why: "tooMany" }),
  reload: happening("reload", { outcome: "reloaded" }),
  resting: happening("plugin", { plugin: "p", state: "resting" }),
  lost: happening("lost", { count: 3 }),
} as const;

const everything = Object.keys(samples).join(" ");

const filters: readonly (readonly [flags: string, wanted: string])[] = [
  ["", everything],
  ["--ip 192.0.2.7", "connected passes refuses reply other null failed turned lost"],
  ["--ip 192.0.2.0/24 --refused", "refuses reply other failed turned lost"],
  ["--ip 192.0.2.8", "lost"],
  ["--ip 2001:db8::/32", "sixth lost"],
  ["--from a@B.test", "passes refuses reply lost"],
  ["--from a@b", "lost"],
  ["--from @b.test", "passes refuses reply lost"],
  ["--from @test", "lost"],
  ["--from b.te", "passes refuses reply lost"],
  ["--from <>", "null failed lost"],
  ["--rcpt c@d.test", "passes refuses reply lost"],
  ["--rcpt x@f.test", "refuses reply lost"],
  ["--rcpt @f.test", "passes refuses reply lost"],
  ["--rcpt @例.test", "passes refuses reply lost"],
  ["--plugin p", "passes refuses reply resting lost"],
  ["--plugin p --refused", "refuses reply lost"],
  ["--plugin q", "lost"],
  ["--refused", "refuses reply other failed turned lost"],
  ["--plugin p --ip 192.0.2.8", "lost"],
];

for (const [flags, wanted] of filters) {
  test(`tail ${flags} shows ${wanted}`, () => {
    const line = parseCommandLine(["tail", ...flags.split(" ").filter((word) => word !== "")], {});
    assert.ok(line.kind === "tail");
    const filter = new TailFilter(line.wanted);
    const shown = Object.entries(samples).filter(([, sample]) => filter.wants(sample)).map(([name]) => name);
    assert.equal(shown.join(" "), wanted);
  });
}

const lines: readonly (readonly [sample: Happening, line: string])[] = [
  [samples.connected, "1ke4z8q-7m2px40     connected    to port 25  client 192.0.2.7"],
  [samples.socket, "s                   connected    to port 0  client of a Unix socket"],
  [
    samples.reply,
    "2                   refused      550 5.7.1 no  from <A@b.test> to <c@d.test> and 1 more  client 192.0.2.7",
  ],
  [
    happening("reply", { client, code: 450, text: "450 later", transaction: "1ke4z8q-7m2px40.1" }),
    "1ke4z8q-7m2px40.1   deferred     450 later  client 192.0.2.7",
  ],
  [
    happening("verdict", { client, plugin: "p", hook: "rcpt", about: "<c@d>", found: "refuses", why: "\u001b[2Jno\n" }),
    "1ke4z8q-7m2px40     verdict      p at rcpt <c@d>: refuses: \\u{1b}[2Jno\\u{a}  client 192.0.2.7",
  ],
  [samples.turned, "1ke4z8q-7m2px40     turned away  tooMany  client 192.0.2.7"],
  [
    happening("reload", { outcome: "kept", generation: 3, problems: ["a: wrong"] }, ""),
    "                    reload       kept, generation 3; problems a: wrong",
  ],
  [samples.resting, "1ke4z8q-7m2px40     plugin       p is resting"],
  [samples.lost, "1ke4z8q-7m2px40     lost         3 are missing here"],
];

test("a happening is a line with the code to ask explain for", () => {
  for (const [sample, line] of lines) {
    assert.match(tailLine(sample, painter(false)), /^\d\d:\d\d:\d\d\.\d{3} /);
    assert.equal(tailLine(sample, painter(false)).slice(13), line);
  }
});

test("the only control characters in a line are our own colours", () => {
  const told = tailLine(happening("reply", { code: 550, text: "\u001b]0;x\u0007" }, "\u001b[31m"), painter(true));
  // deno-lint-ignore no-control-regex
  assert.deepEqual(told.match(/\u001b\[\d+m/g), ["\u001b[2m", "\u001b[0m", "\u001b[31m", "\u001b[0m"]);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(told.replace(/\u001b\[\d+m/g, ""), /[\u0000-\u001f\u007f-\u009f]/);
});

test("events are read however they are cut, heartbeats and what is endless passed over", () => {
  const stream = new TextEncoder().encode(
    'retry: 2000\n\nid: a-1\nevent: x\ndata: {"t":"邮"}\n\n:\n\nid: a-2\ndata: 2\n\n',
  );
  const expected = [{ id: "a-1", text: '{"t":"邮"}' }, { id: "a-2", text: "2" }];
  for (let size = 1; size <= stream.length; size++) {
    const decoder = new EventDecoder();
    const heard = [];
    for (let at = 0; at < stream.length; at += size) heard.push(...decoder.push(stream.subarray(at, at + size)));
    assert.deepEqual(heard, expected);
  }
  const decoder = new EventDecoder();
  const endless = new TextEncoder().encode("x".repeat(1_000_000));
  for (let count = 0; count < 5; count++) assert.deepEqual(decoder.push(endless), []);
  assert.deepEqual(decoder.push(new TextEncoder().encode("\n\nid: 3\ndata: y\n\n")), [{ id: "3", text: "y" }]);
});
