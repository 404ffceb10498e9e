// Whom hosts_allow lets connect.

import { defer, pass, reject } from "#sdk";
import type { Answer } from "#sdk";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import type { Case } from "../shared/cases.ts";
import { connectFrom } from "../shared/sample_events.ts";
import plugin from "./plugin.ts";

const denied = reject("Connections from your address are not taken here");
const later = defer("Connections from your address are not taken at the moment, please try again later");

const lists = {
  hosts_allow: [
    "192.0.2.10 OK",
    "192.0.2.11 DECLINED",
    "192.0.2.0/24 DENY Not after last time",
    "192.0.2.12 OK",
    "198.51.100.1 DENY_DISCONNECT",
    "198.51.100.2 DENYSOFT   Come back tomorrow",
    "198.51.100.3 DENYSOFT_DISCONNECT",
    "198.51.100.4 reject",
    "198.51.100.5\tDefer",
    "198.51.100.6 pass whatever stands here",
    "198.51.100.7 DENY OK",
    "2001:db8:1::/48 OK",
    "2001:db8::/32 DENY",
    "203.0.113. DENY",
  ],
};

function row(title: string, address: string, expected: Answer): Case {
  return [`${title} (${address})`, { lists }, "connect", connectFrom(address), expected];
}

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    row("a network is refused with the line's text", "192.0.2.1", reject("Not after last time")),
    row("an IPv4-mapped address is no way around", "::ffff:192.0.2.1", reject("Not after last time")),
    row("the first line that names the client wins", "192.0.2.10", pass()),
    row("whatever its word for it", "192.0.2.11", pass()),
    row("a later line changes nothing", "192.0.2.12", reject("Not after last time")),
    row("a refused client is disconnected anyway", "198.51.100.1", denied),
    row("for now, with the line's text", "198.51.100.2", defer("Come back tomorrow")),
    row("for now, and disconnected anyway", "198.51.100.3", later),
    row("our own words do as well", "198.51.100.4", denied),
    row("in any case, behind any white space", "198.51.100.5", later),
    row("a text for those who pass says nothing", "198.51.100.6", pass()),
    row("the first word is the verdict", "198.51.100.7", reject("OK")),
    row("IPv6 is let in", "2001:db8:1::1", pass()),
    row("and refused", "2001:db8:2::1", denied),
    row("the beginning of an address is a network", "203.0.113.255", denied),
    row("who is not listed may come", "198.51.100.8", pass()),
    row("so may who has no address", "", pass()),
    [
      "nobody but the listed",
      { lists: { hosts_allow: ["::1 OK", "::/0 DENY"] } },
      "connect",
      connectFrom("::2"),
      denied,
    ],
  ],
  misconfigured: [
    [
      "a word that is none",
      { lists: { hosts_allow: ["::1 OK", "::2 ALLOW"] } },
      "lists.hosts_allow[1]",
      '"ALLOW" is no',
    ],
    ["nor one that all objects have", { lists: { hosts_allow: ["::1 constructor"] } }, "lists.hosts_allow[0]", '"cons'],
    ["no word at all", { lists: { hosts_allow: ["::1"] } }, "lists.hosts_allow[0]", '"" is no verdict: write OK'],
    [
      "no network",
      { lists: { hosts_allow: ["mail.example.org DENY"] } },
      "lists.hosts_allow[0]",
      '"mail.example.org" is',
    ],
    [
      "a text that is no reply",
      { lists: { hosts_allow: ["::1 DENY grüß Gott"] } },
      "lists.hosts_allow[0]",
      "the reason",
    ],
  ],
  asked: [
    ["without lines nobody is looked at", {}, []],
    ["one line is enough", { lists }, ["connect"]],
  ],
});
