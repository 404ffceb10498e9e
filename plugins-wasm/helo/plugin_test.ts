// Which names helo believes, by policy.

import { after } from "node:test";
import { defer, editing, pass, reject } from "#sdk";
import type { Answer, HelloEvent, MessageEvent } from "#sdk";
import { fakeHost, heloEvent, messageEvent } from "#sdk/testing";
import type { FakeDns } from "#sdk/testing";
import { dnsCapability } from "../../src/capabilities/dns.ts";
import { reverseName } from "../../src/dns/reverse_name.ts";
import { StubResolver } from "../../src/dns/stub_resolver.ts";
import { DnsServer } from "../../test/support/dns_server.ts";
import type { Zone } from "../../test/support/dns_server.ts";
import { bareHost, runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import type { Case } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const forged = "Forged IPs not accepted here";
const plain = "Plain IP is invalid HELO hostname (RFC 2821)";
const localhost = "You are not localhost";
const unqualified = "HELO name is not fully qualified. Read RFC 2821";
const strange = "HELO name contains invalid FQDN characters. Read RFC 1035";
const literal = "RFC 2821 allows an address literal, but we do not";
const missing = "HELO hostname does not exist";
const unresolved = "HELO hostname did not resolve";
const unrelated = "That HELO hostname fails FCrDNS";

/** Of names, and of addresses in the form that the plugin asks for. */
const dns: FakeDns = {
  "192.0.2.1": { PTR: ["mail.example.com"] },
  "2001:db8:0:0:0:0:0:1": { PTR: ["mail.example.com"] },
  "192.0.2.7": { PTR: ["elsewhere.example.net"] },
  "192.0.2.8": { TXT: ["no name"] },
  "192.0.2.9": "SERVFAIL",
  "192.0.2.10": "timeout",
  "mail.example.com": { A: ["192.0.2.1"], AAAA: ["2001:db8::1"] },
  "near.example.net": { A: ["192.0.2.200"] },
  "near6.example.net": { AAAA: ["2001:db8::1:0:0:1"] },
  "far.example.net": { A: ["198.51.100.1"], AAAA: ["2001:db8:0:1::1"] },
  "far.example.com": { A: ["198.51.100.1"] },
  "example.com": { A: ["198.51.100.1"] },
  "mail.example.org": { A: ["198.51.100.1"] },
  "mapped.example.net": { AAAA: ["::ffff:192.0.2.3"] },
  "text.example.com": { TXT: ["no address"] },
  "broken.example.com": "SERVFAIL",
  "broken.example.net": "SERVFAIL",
};

/** The same for a name server. */
function zoneOf(table: FakeDns): Zone {
  const rows = Object.entries(table).flatMap(([name, known]) => {
    const asked = reverseName(name) ?? name;
    if (typeof known === "object") return Object.entries(known).map(([type, records]) => [`${asked} ${type}`, records]);
    return ["A", "AAAA", "PTR"].map((type) => [`${asked} ${type}`, known === "timeout" ? "TIMEOUT" : known]);
  });
  return Object.fromEntries(rows) as Zone;
}

const server = await DnsServer.start(zoneOf(dns));
after(() => server.stop());
const resolver = new StubResolver({ servers: [server.address], tryTimeout: 400, timeout: 800 });

function hello(name: string, address = "192.0.2.1"): HelloEvent {
  const { session } = heloEvent();
  return heloEvent({ name, session: { ...session, client: { address, port: 50_000 } } });
}

function refused(text: string): Answer {
  return { ...reject(text), score: -1 };
}

const rewarded: Answer = { ...pass(), score: 1, notes: { session: { rewarded: true } } };

/** One name and what it meets under each policy; `undefined` is no objection. */
type Text = string | undefined;
type Row = readonly [name: string, address: string, lenient?: Text, rfc?: Text, strict?: Text];

const rows: readonly Row[] = [
  ["localhost", "192.0.2.1", localhost, localhost, localhost],
  ["localhost.", "192.0.2.1", localhost, localhost, localhost],
  ["host-only.", "192.0.2.1", undefined, unqualified, unqualified],
  ["LocalHost", "2001:db8::1", localhost, localhost, localhost],
  ["localhost", "128.0.0.1", localhost, localhost, localhost],
  ["localhost", "127.0.0.1", undefined, unqualified, unqualified],
  ["localhost", "127.255.255.255", undefined, unqualified, unqualified],
  ["localhost", "::1", undefined, unqualified, unqualified],
  ["localhost", "::ffff:127.0.0.1", undefined, unqualified, unqualified],
  ["localhost", "::2", localhost, localhost, localhost],
  ["localhost", "2607:f060:b008:feed::127.0.0.1", localhost, localhost, localhost],
  ["192.0.2.1", "192.0.2.1", plain, plain, plain],
  ["0.0.0.0", "192.0.2.1", plain, plain, plain],
  ["2130706433", "192.0.2.1", plain, plain, plain],
  ["2001:db8::1", "2001:db8::1", plain, plain, plain],
  ["[192.0.2.1]", "192.0.2.1", undefined, undefined, literal],
  ["[192.0.2.1]", "::ffff:192.0.2.1", undefined, undefined, literal],
  ["[192.0.2.2]", "192.0.2.1", forged, forged, forged],
  ["[IPv6:2001:DB8::1]", "2001:db8:0:0:0:0:0:1", undefined, undefined, literal],
  ["[IPv6:2001:db8::2]", "2001:db8::1", forged, forged, forged],
  ["[anything]", "192.0.2.1", forged, forged, forged],
  ["[anything]", "unknown", forged, forged, forged],
  ["host-only", "192.0.2.1", undefined, unqualified, unqualified],
  ["under_score.example.com", "192.0.2.1", undefined, strange, strange],
  ["bücher.example", "192.0.2.1", undefined, strange, strange],
  [`${"x.".repeat(126)}xy`, "192.0.2.1", undefined, strange, strange],
  [`${"x.".repeat(126)}x`, "192.0.2.1", undefined, missing, missing],
  ["nobody.example.com", "192.0.2.1", undefined, missing, missing],
  ["a..example.com", "192.0.2.1", undefined, missing, missing],
  ["text.example.com", "192.0.2.1", undefined, unresolved, unresolved],
  ["near.example.net", "192.0.2.99", undefined, "no rDNS for 192.0.2.99", "no rDNS for 192.0.2.99"],
  ["near.example.net", "192.0.2.8", undefined, "no reverse DNS for 192.0.2.8", "no reverse DNS for 192.0.2.8"],
  ["[192.0.2.99]", "192.0.2.99", undefined, "no rDNS for 192.0.2.99", literal],
  // The same /24 or /64, and the same last two labels, are near enough.
  ["near.example.net", "192.0.2.1"],
  ["near6.example.net", "2001:db8::1"],
  ["mapped.example.net", "192.0.2.1"],
  ["far.example.com", "192.0.2.1"],
  ["FAR.Example.COM.", "192.0.2.1"],
  ["example.com", "192.0.2.1"],
  ["far.example.net", "192.0.2.1", undefined, undefined, unrelated],
  ["far.example.net", "2001:db8::1", undefined, undefined, unrelated],
  ["mail.example.org", "192.0.2.1", undefined, undefined, unrelated],
  // Whose name servers fail is given the benefit of the doubt, or asked to come again.
  ["broken.example.com", "192.0.2.1"],
  // A client on a Unix socket has no address to look up.
  ["far.example.net", "unknown"],
];

/** What DNS says both ways: the name leads to the client, and the client to the name. */
const confirmed: readonly (readonly [name: string, address: string])[] = [
  ["mail.example.com", "192.0.2.1"],
  ["MAIL.example.com", "::ffff:192.0.2.1"],
  ["mail.example.com", "2001:db8::1"],
];

function bothWays(policy: "rfc" | "strict"): readonly Case[] {
  return confirmed.map(([name, address]): Case => {
    return [
      `${policy}: a point for ${name} from ${address}`,
      { settings: { policy } },
      "ehlo",
      hello(name, address),
      rewarded,
    ];
  });
}

function looked(title: string, policy: "rfc" | "strict", name: string, address: string, expected: Answer): Case {
  return [`${policy}: ${title}`, { settings: { policy, timeout: 1 } }, "ehlo", hello(name, address), expected];
}

function policyCases(policy: "lenient" | "rfc" | "strict", column: 2 | 3 | 4): readonly Case[] {
  return rows.map((row): Case => {
    const [name, address] = row;
    const text = row[column];
    const expected = text === undefined ? pass() : refused(text);
    return [`${policy}: ${name} from ${address}`, { settings: { policy } }, "ehlo", hello(name, address), expected];
  });
}

function bad(title: string, line: string, name: string, text?: string): Case {
  const expected = text === undefined ? pass() : refused(text);
  return [`badhelo: ${title}`, { lists: { badhelo: [line] } }, "helo", hello(name), expected];
}

function said(name: string): MessageEvent {
  const { session } = messageEvent();
  return messageEvent({ session: { ...session, hello: { verb: "EHLO", name } } });
}

const removed = { edit: "removeHeader", name: "X-HELO" } as const;

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm: (wasm, configuration) => {
    return runWasm(wasm, { ...configuration, host: bareHost(new Map([["dns", dnsCapability(resolver)]])) });
  },
  host: () => fakeHost({ dns }),
  cases: [
    ...policyCases("lenient", 2),
    ...policyCases("rfc", 3),
    ...policyCases("strict", 4),
    ...bothWays("rfc"),
    ...bothWays("strict"),
    [
      "a second EHLO earns no second point",
      { settings: { policy: "rfc" } },
      "ehlo",
      { ...hello("mail.example.com"), notes: { session: { rewarded: true } } },
      pass(),
    ],
    ["lenient: nothing is looked up, so there is no point", {}, "ehlo", hello("mail.example.com"), pass()],
    looked(
      "a broken reverse zone",
      "rfc",
      "near.example.net",
      "192.0.2.9",
      defer("error getting reverse DNS for 192.0.2.9"),
    ),
    looked("a silent one", "rfc", "near.example.net", "192.0.2.10", defer("error getting reverse DNS for 192.0.2.10")),
    looked("a broken forward zone does no harm", "rfc", "broken.example.net", "192.0.2.1", pass()),
    looked("a broken forward zone that might match", "strict", "broken.example.net", "192.0.2.1", defer(unrelated)),
    looked("nor if the address leads to the name", "strict", "broken.example.net", "192.0.2.7", pass()),
    bad("a listed name", "yahoo.com", "Yahoo.com", "I do not believe you are Yahoo.com."),
    bad("another name", "yahoo.com", "example.com"),
    bad("a name below a listed one", "yahoo.com", "mail.yahoo.com"),
    bad("a matching expression", "ya.oo\\.com$", "yahoo.com", "I do not believe you are yahoo.com."),
    bad("an expression in slashes", "/^ya.oo/", "yahoo.com", "I do not believe you are yahoo.com."),
    bad("an expression that does not match", "ya.oo\\.com$", "yahoo.com.example"),
    bad("a name that fails to match a demand", "!\\.", "host-only", "I do not believe you are host-only."),
    bad("a name that matches a demand", "!\\.", "example.com"),
    bad("an address literal is no expression", "[192.0.2.7]", "example.com"),
    bad("a reason of the operator's", "yahoo.com They never say that.", "yahoo.com", "They never say that."),
    bad("what a reply cannot show", "example$", "b\u0007ü.example", "I do not believe you are b??.example."),
    ["HELO is judged like EHLO", {}, "helo", hello("localhost"), refused(localhost)],
    [
      "X-HELO replaces what the client wrote",
      { settings: { add_header: true } },
      "data_post",
      said("client.example"),
      editing(pass(), removed, { edit: "addHeader", name: "X-HELO", value: "client.example" }),
    ],
    [
      "X-HELO has only what a header field can show",
      { settings: { add_header: true } },
      "data_post",
      said("b\u0007ü.example"),
      editing(pass(), removed, { edit: "addHeader", name: "X-HELO", value: "b??.example" }),
    ],
  ],
  misconfigured: [
    ["a broken expression", { lists: { badhelo: ["a.example", "!("] } }, "lists.badhelo[1]", '"(" is not'],
    ["a line too long", { lists: { badhelo: ["x".repeat(257)] } }, "lists.badhelo[0]", '"xxx'],
  ],
  asked: [
    ["messages are not asked for by default", {}, ["helo", "ehlo"]],
    ["but for X-HELO", { settings: { add_header: true } }, ["helo", "ehlo", "data_post"]],
  ],
});
