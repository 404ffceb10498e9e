// Which names helo believes, by policy.

import assert from "node:assert/strict";
import { test } from "node:test";
import { editing, pass, reject } from "#sdk";
import type { Answer, HelloEvent, MessageEvent } from "#sdk";
import { ask, configure, fakeHost, heloEvent, messageEvent } from "#sdk/testing";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import type { Case } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const forged = "Forged IPs not accepted here";
const plain = "Plain IP is invalid HELO hostname (RFC 2821)";
const localhost = "You are not localhost";
const unqualified = "HELO name is not fully qualified. Read RFC 2821";
const strange = "HELO name contains invalid FQDN characters. Read RFC 1035";
const literal = "RFC 2821 allows an address literal, but we do not";

function hello(name: string, address = "192.0.2.1"): HelloEvent {
  const { session } = heloEvent();
  return heloEvent({ name, session: { ...session, client: { address, port: 50_000 } } });
}

function refused(text: string): Answer {
  return reject(text, { disconnect: false });
}

/** One name and what it meets under each policy; `undefined` is no objection. */
type Text = string | undefined;
type Row = readonly [name: string, address: string, lenient?: Text, rfc?: Text, strict?: Text];

const rows: readonly Row[] = [
  ["mail.example.com", "192.0.2.1"],
  ["localhost", "192.0.2.1", localhost, localhost, localhost],
  ["LocalHost", "2001:db8::1", localhost, localhost, localhost],
  ["localhost", "128.0.0.1", localhost, localhost, localhost],
  ["localhost", "127.0.0.1", undefined, unqualified, unqualified],
  ["localhost", "127.255.255.255", undefined, unqualified, unqualified],
  ["localhost", "::1", undefined, unqualified, unqualified],
  ["localhost", "::ffff:127.0.0.1", undefined, unqualified, unqualified],
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
];

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
  runWasm,
  cases: [
    ...policyCases("lenient", 2),
    ...policyCases("rfc", 3),
    ...policyCases("strict", 4),
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
      "the connection is closed if the operator says so",
      { settings: { disconnect: true } },
      "ehlo",
      hello("localhost"),
      reject(localhost, { disconnect: true }),
    ],
    ["nothing is refused if the operator says so", { settings: { reject: false } }, "ehlo", hello("localhost"), pass()],
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

test("what is tolerated is logged, safely", () => {
  const host = fakeHost();
  const { setup } = configure(plugin, { settings: { policy: "lenient", reject: false } });
  ask(plugin, "ehlo", hello("[\u0007]"), setup, host);
  assert.deepEqual(host.logged, [{ level: "info", text: `tolerated: [?]: ${forged}` }]);
});
