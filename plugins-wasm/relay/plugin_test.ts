// Which clients relay marks, and whom it shuts out.

import { pass, reject } from "#sdk";
import type { Answer, Mark, RcptEvent } from "#sdk";
import { rcptEvent } from "#sdk/testing";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import type { Case, Misconfigured } from "../shared/cases.ts";
import { connectFrom } from "../shared/sample_events.ts";
import plugin from "./plugin.ts";

const marked: Answer = { ...pass(), marks: ["relay"] };
const closed = reject("Relaying denied: mail is taken from known clients only", { status: "5.7.1" });
const only = { settings: { only: true } };

const lists = {
  norelayclients: ["192.0.99.5", "192.0.98.", "2001:db8:bad::/48"],
  relayclients: ["192.0.", "198.51.100.0/28", "2001:db8::/32", "::ffff:203.0.113.0/120"],
  morerelayclients: ["192.51.100.7  the printer"],
};

const openRelay = { settings: { wide: true }, lists: { relayclients: ["0.0.0.0/0"] } };
const everyone = { norelayclients: ["0.0.0.0/0", "::/0"], relayclients: ["192.0.2.1"] };
const inner = { relayclients: ["10.0.0.0/8", "fc00::/7", "fe80::/10", "2000::/16"] };
const tooWide = [
  "0.0.0.0/0",
  "::/0",
  "128.0.0.0/1",
  "192.0.0.0/7",
  "::ffff:0:0/96",
  "2000::/3",
  "f000::/4",
  "2a00::/15",
];

function row(title: string, address: string, expected: Answer): Case {
  return [`${title} (${address})`, { lists }, "connect", connectFrom(address), expected];
}

function recipientOf(...marks: readonly Mark[]): RcptEvent {
  const event = rcptEvent();
  return { ...event, session: { ...event.session, marks } };
}

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    row("a client whose address begins as listed may relay", "192.0.1.1", marked),
    row("one whose address only looks alike may not", "192.51.1.1", pass()),
    row("nor may a stranger", "203.0.114.0", pass()),
    row("the first address of a network may", "198.51.100.0", marked),
    row("so may the last", "198.51.100.15", marked),
    row("the next may not", "198.51.100.16", pass()),
    row("IPv6 too", "2001:db8::1", marked),
    row("and not beside the network", "2001:db9::1", pass()),
    row("an IPv4-mapped address is the IPv4 address", "::ffff:192.0.1.1", marked),
    row("an IPv4-mapped network is the IPv4 network", "203.0.113.9", marked),
    row("the second list counts like the first", "192.51.100.7", marked),
    row("an excepted address may not", "192.0.99.5", pass()),
    row("its neighbour may", "192.0.99.6", marked),
    row("an excepted network may not", "192.0.98.1", pass()),
    row("to its last address", "192.0.98.255", pass()),
    row("excepted IPv6 may not", "2001:db8:bad::1", pass()),
    row("this machine is nobody special", "::1", pass()),
    row("nor by IPv4", "127.0.0.1", pass()),
    row("a Unix socket has no address", "", pass()),
    ["a network as wide as the world, if that is wanted", openRelay, "connect", connectFrom("203.0.113.9"), marked],
    ["exceptions may be that wide at any time", { lists: everyone }, "connect", connectFrom("192.0.2.1"), pass()],
    ["networks that are nobody's own may be wide", { lists: inner }, "connect", connectFrom("fd12::1"), marked],
    ["only: a client that may relay is not shut out", only, "rcpt", recipientOf("relay"), pass()],
    ["only: nor is an authenticated user", only, "rcpt", recipientOf("authenticated"), pass()],
    ["only: all others are", only, "rcpt", recipientOf(), closed],
    ["only: also without a single mark", only, "rcpt", rcptEvent(), closed],
    ["only: to be allowed does not help", only, "rcpt", recipientOf("allowed"), closed],
  ],
  misconfigured: [
    ["a name is no network", { lists: { relayclients: ["127.0.0.1", "localhost"] } }, "lists.relayclients[1]", '"loc'],
    ["nor in the second list", { lists: { morerelayclients: ["1.2.3"] } }, "lists.morerelayclients[0]", '"1.2.3" is'],
    ["nor among the excepted", { lists: { norelayclients: ["1.2.3.4/8"] } }, "lists.norelayclients[0]", '"1.2.3.4/8"'],
    ...tooWide.map((network): Misconfigured => [
      `a network of half the world relays for strangers: ${network}`,
      { lists: { relayclients: ["192.0.2.1", network] } },
      "lists.relayclients[1]",
      `"${network}" is so wide that strangers`,
    ]),
    ["in the second list too", { lists: { morerelayclients: ["::/0"] } }, "lists.morerelayclients[0]", '"::/0" is so'],
  ],
  asked: [
    ["without lines nobody is looked at", {}, []],
    ["exceptions alone change nothing", { lists: { norelayclients: ["192.0.2.1"] } }, []],
    ["either list is enough", { lists: { morerelayclients: ["192.0.2.1"] } }, ["connect"]],
    ["a closed server asks at each recipient", { ...only, lists }, ["connect", "rcpt"]],
    ["also if nobody is listed: users may authenticate", only, ["rcpt"]],
  ],
});
