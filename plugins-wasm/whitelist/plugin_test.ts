// Whom whitelist marks as allowed, and what a client must prove for it.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { pass } from "#sdk";
import type { Answer, Certificate, HelloEvent, MailEvent } from "#sdk";
import { ask, configure, fakeHost, heloEvent, mailEvent, rcptEvent } from "#sdk/testing";
import type { FakeDns } from "#sdk/testing";
import { dnsCapability } from "../../src/capabilities/dns.ts";
import { StubResolver } from "../../src/dns/stub_resolver.ts";
import { DnsServer } from "../../test/support/dns_server.ts";
import { bareHost, runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import type { Case } from "../shared/cases.ts";
import { connectFrom } from "../shared/sample_events.ts";
import plugin from "./plugin.ts";

const allowed: Answer = { ...pass(), marks: ["allowed"] };
const allowedMessage: Answer = { ...allowed, marksFor: "transaction" };
const allowedRecipient: Answer = { ...allowed, marksFor: "recipient" };

const lists = {
  whitelisthosts: ["192.0.2.0/28", "198.51.100.", "2001:db8::/32"],
  whitelisthelo: ["mail.Friend.example", "six.friend.example", "gone.example", "ill.example"],
  whitelistrcpt: ["team@friend.example", "@Open.example"],
  whitelistsenders: ["boss@friend.example", "Partner.example", "@third.example"],
};

// The same table for the fake resolver and for the real one.
const dns: FakeDns = {
  "mail.friend.example": { A: ["203.0.113.1", "203.0.113.2"] },
  "six.friend.example": { AAAA: ["2001:db9:0:0::1"] },
  "ill.example": "SERVFAIL",
};
const server = await DnsServer.start({
  "mail.friend.example A": ["203.0.113.1", "203.0.113.2"],
  "six.friend.example AAAA": ["2001:db9::1"],
  "ill.example A": "SERVFAIL",
});
after(() => server.stop());

function host(title: string, address: string, expected: Answer): Case {
  return [`${title} (${address})`, { lists }, "connect", connectFrom(address), expected];
}

function hello(name: string, address: string): HelloEvent {
  return heloEvent({ name, session: connectFrom(address).session });
}

function named(title: string, name: string, address: string, expected: Answer): Case {
  return [title, { lists }, "ehlo", hello(name, address), expected];
}

const none: Certificate = {
  verified: true,
  subject: "CN=client",
  issuer: "CN=ca",
  fingerprint: "00",
  names: [],
  emails: [],
};

function proved(path: string | null, user?: string, certificate?: Partial<Certificate>): MailEvent {
  const { session } = mailEvent();
  const tls = { protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" };
  const at = path?.lastIndexOf("@") ?? 0;
  return mailEvent({
    reversePath: path === null ? null : { localPart: path.slice(0, at), domain: path.slice(at + 1) },
    session: {
      ...session,
      ...(user === undefined ? {} : { user }),
      tls: certificate === undefined ? tls : { ...tls, certificate: { ...none, ...certificate } },
    },
  });
}

function sender(title: string, event: MailEvent, expected: Answer): Case {
  return [title, { lists }, "mail", event, expected];
}

function recipient(title: string, path: string, expected: Answer): Case {
  const at = path.lastIndexOf("@");
  const forwardPath = { localPart: path.slice(0, at), domain: path.slice(at + 1) };
  return [title, { lists }, "rcpt", rcptEvent({ forwardPath }), expected];
}

testPlugin({
  plugin,
  folder: import.meta.dirname,
  host: () => fakeHost({ dns }),
  runWasm: (wasm, configuration) => {
    const capability = dnsCapability(new StubResolver({ servers: [server.address] }));
    return runWasm(wasm, { ...configuration, host: bareHost(new Map([["dns", capability]])) });
  },
  cases: [
    host("a listed network is allowed, and gains points", "192.0.2.15", { ...allowed, score: 5 }),
    host("the next address is not", "192.0.2.16", pass()),
    host("the beginning of an address is a network", "198.51.100.1", { ...allowed, score: 5 }),
    host("IPv6 too", "2001:db8::1", { ...allowed, score: 5 }),
    host("a stranger is not", "203.0.113.1", pass()),

    named("a listed name with the client's address is allowed", "mail.friend.example", "203.0.113.1", allowed),
    named("any of its addresses will do, and any spelling", "MAIL.friend.EXAMPLE", "::ffff:203.0.113.2", allowed),
    named("IPv6 too", "six.friend.example", "2001:db9::1", allowed),
    named("whoever only calls himself so is not", "mail.friend.example", "203.0.113.3", pass()),
    named("nor by an address of the other family", "mail.friend.example", "2001:db9::1", pass()),
    named("nor is a name without addresses", "gone.example", "203.0.113.1", pass()),
    named("nor one whose servers fail", "ill.example", "203.0.113.1", pass()),
    named("nor one that is not listed", "other.example", "203.0.113.1", pass()),
    named("nor what is below a listed one", "a.mail.friend.example", "203.0.113.1", pass()),
    named("nor who has no address", "mail.friend.example", "", pass()),
    ["HELO is as good as EHLO", { lists }, "helo", hello("mail.friend.example", "203.0.113.1"), allowed],

    sender("a forged reverse-path gains nothing", proved("boss@friend.example"), pass()),
    sender("nor one of a listed domain", proved("anyone@partner.example"), pass()),
    sender("its user is allowed", proved("boss@friend.example", "boss@friend.example"), allowedMessage),
    sender("without case", proved("Boss@Friend.example", "bOSS@fRIEND.example"), allowedMessage),
    sender(
      "any user of a listed domain is",
      proved("anyone@PARTNER.example", "anyone@partner.example"),
      allowedMessage,
    ),
    sender("an @ in front of a domain does not count", proved("a@third.example", "a@third.example"), allowedMessage),
    sender("another user is not", proved("boss@friend.example", "clerk@friend.example"), pass()),
    sender("nor by half of the name", proved("boss@friend.example", "boss"), pass()),
    sender("nor a user who is not listed", proved("a@friend.example", "a@friend.example"), pass()),
    sender("nor below a listed domain", proved("a@b.partner.example", "a@b.partner.example"), pass()),
    sender("nor a local part that looks like a domain", proved("partner.example@", "partner.example"), pass()),
    sender("nor a bounce", proved(null, "boss@friend.example"), pass()),
    sender(
      "a certificate of the mailbox",
      proved("boss@friend.example", undefined, {
        emails: ["Boss@friend.example"],
      }),
      allowedMessage,
    ),
    sender(
      "a certificate of its domain",
      proved("x@partner.example", undefined, { names: ["Partner.example"] }),
      allowedMessage,
    ),
    sender("not of a name below it", proved("x@partner.example", undefined, { names: ["x.partner.example"] }), pass()),
    sender("not of all names below it", proved("x@partner.example", undefined, { names: ["*.example"] }), pass()),
    sender(
      "not of another mailbox",
      proved("boss@friend.example", undefined, { emails: ["x@friend.example"] }),
      pass(),
    ),
    sender(
      "not one that anybody could have made",
      proved("boss@friend.example", undefined, {
        verified: false,
        emails: ["boss@friend.example"],
        names: ["friend.example"],
      }),
      pass(),
    ),

    recipient("a listed recipient", "team@friend.example", allowedRecipient),
    recipient("without case", "TEAM@Friend.Example", allowedRecipient),
    recipient("any recipient of a listed domain", "x@open.example", allowedRecipient),
    recipient("not below it", "x@a.open.example", pass()),
    recipient("not another one", "boss@friend.example", pass()),
    recipient("not who has no domain", "open.example@", pass()),
  ],
  misconfigured: [
    [
      "no network",
      { lists: { whitelisthosts: ["friend.example"] } },
      "lists.whitelisthosts[0]",
      '"friend.example" is no',
    ],
    [
      "no full name",
      { lists: { whitelisthelo: ["a.example", "mail"] } },
      "lists.whitelisthelo[1]",
      '"mail" is no full',
    ],
    ["an address for a name", { lists: { whitelisthelo: ["[192.0.2.1]"] } }, "lists.whitelisthelo[0]", '"[192.0.2.1]"'],
    ["no recipient", { lists: { whitelistrcpt: ["*"] } }, "lists.whitelistrcpt[0]", '"*" is neither'],
    ["no mailbox", { lists: { whitelistsenders: ["a@"] } }, "lists.whitelistsenders[0]", '"a@" is neither'],
    ["a wildcard", { lists: { whitelistsenders: ["*@a.example"] } }, "lists.whitelistsenders[0]", '"*@a.example" is'],
    [
      "nor in a domain",
      { lists: { whitelistsenders: ["*.a.example"] } },
      "lists.whitelistsenders[0]",
      '"*.a.example" is',
    ],
  ],
  asked: [
    ["without lines nobody is looked at", {}, []],
    ["hosts are looked at when they connect", { lists: { whitelisthosts: ["::1"] } }, ["connect"]],
    ["names when they are given", { lists: { whitelisthelo: ["a.example"] } }, ["helo", "ehlo"]],
    ["reverse-paths at MAIL", { lists: { whitelistsenders: ["a.example"] } }, ["mail"]],
    ["forward-paths at RCPT", { lists: { whitelistrcpt: ["a.example"] } }, ["rcpt"]],
  ],
});

test("only listed names are asked for in the DNS, one question each", () => {
  const asking = fakeHost({ dns });
  const { setup } = configure(plugin, { lists });
  for (const name of ["other.example", "mail.friend.example"]) {
    ask(plugin, "ehlo", hello(name, "203.0.113.1"), setup, asking);
  }
  assert.deepEqual(asking.asked.map(({ request }) => request), [
    { queries: [{ name: "mail.friend.example", type: "A" }] },
  ]);
});
