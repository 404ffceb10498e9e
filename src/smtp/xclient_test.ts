// What XCLIENT may say, and who the client is afterwards.

import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { type Session, startSession } from "./session.ts";
import { applyXclient, parseXclient, xclientKeyword, type XclientValues } from "./xclient.ts";

const good: readonly (readonly [argument: string, values: XclientValues])[] = [
  ["NAME=spike.example.org ADDR=192.0.2.1", { NAME: "spike.example.org", ADDR: "192.0.2.1" }],
  ["name=spike.example.org  addr=192.0.2.1", { NAME: "spike.example.org", ADDR: "192.0.2.1" }],
  ["NAME=[UNAVAILABLE]", { NAME: null }],
  ["NAME=[TempUnavail] REVERSE_NAME=[TEMPUNAVAIL]", { NAME: null, REVERSE_NAME: null }],
  ["NAME=a_b.example.org", { NAME: "a_b.example.org" }],
  ["REVERSE_NAME=spike.example.org", { REVERSE_NAME: "spike.example.org" }],
  ["ADDR=IPV6:2001:DB8:0::1", { ADDR: "2001:db8::1" }],
  ["ADDR=ipv6:::1", { ADDR: "::1" }],
  ["ADDR=IPV6:::ffff:192.0.2.1", { ADDR: "192.0.2.1" }],
  ["ADDR=IPV6:::ffff:c000:201", { ADDR: "192.0.2.1" }],
  ["ADDR=[unavailable] PORT=[unavailable]", { ADDR: null, PORT: null }],
  ["PORT=0", { PORT: 0 }],
  ["PORT=65535", { PORT: 65535 }],
  ["PROTO=smtp", { PROTO: "SMTP" }],
  ["PROTO=ESMTP HELO=spike.example.org", { PROTO: "ESMTP", HELO: "spike.example.org" }],
  ["HELO=[IPv6:2001:db8::1]", { HELO: "[IPv6:2001:db8::1]" }],
  ["HELO=b+C3+BCcher.example", { HELO: "bücher.example" }],
  ["HELO=[UNAVAILABLE] LOGIN=[UNAVAILABLE]", { HELO: null, LOGIN: null }],
  ["LOGIN=jo+40example.org", { LOGIN: "jo@example.org" }],
  ["LOGIN=Jo+20Doe", { LOGIN: "Jo Doe" }],
  ["DESTADDR=198.51.100.2 DESTPORT=25", { DESTADDR: "198.51.100.2", DESTPORT: 25 }],
  [`HELO=${"x".repeat(255)}`, { HELO: "x".repeat(255) }],
];

for (const [argument, values] of good) {
  test(`XCLIENT takes ${argument.slice(0, 60)}`, () => {
    deepEqual(parseXclient(argument), { kind: "attributes", values });
  });
}

const bad: readonly (readonly [argument: string, attribute: string, why: RegExp])[] = [
  ["", "", /NAME=value/],
  ["  ", "", /NAME=value/],
  ["NAME", "", /NAME=value/],
  ["=x", "", /NAME=value/],
  ["N\u00c4ME=x", "", /NAME=value/],
  ["\tNAME=x", "", /NAME=value/],
  ["FOO=x", "FOO", /is not known/],
  ["constructor=x", "CONSTRUCTOR", /is not known/],
  ["__proto__=x", "__PROTO__", /is not known/],
  ["SOURCE=LOCAL", "SOURCE", /is not known/],
  ["ADDR=192.0.2.1 addr=192.0.2.2", "ADDR", /is given twice/],
  ["NAME=", "NAME", /must be a host name/],
  ["NAME=192.0.2.1", "NAME", /must be a host name/],
  ["NAME=a..b", "NAME", /must be a host name/],
  ["NAME=a+0D+0AQUIT", "NAME", /must be a host name/],
  ["NAME=a+00", "NAME", /must be a host name/],
  ["NAME=a+2", "NAME", /must be a host name/],
  ["NAME=a=b", "NAME", /must be a host name/],
  ["NAME=[UNAVAIL]", "NAME", /must be a host name/],
  ["ADDR=", "ADDR", /must be an IPv4 address/],
  ["ADDR=2001:db8::1", "ADDR", /behind IPV6:/],
  ["ADDR=[192.0.2.1]", "ADDR", /must be an IPv4/],
  ["ADDR=192.0.2.01", "ADDR", /must be an IPv4/],
  ["ADDR=192.0.2.1+20", "ADDR", /must be an IPv4/],
  ["ADDR=IPV6:2001:db8::1+250", "ADDR", /must be an IPv4/],
  ["ADDR=IPV6:192.0.2.1", "ADDR", /must be an IPv4/],
  ["ADDR=[TEMPUNAVAIL]", "ADDR", /must be an IPv4/],
  ["PORT=65536", "PORT", /0 to 65535/],
  ["PORT=025", "PORT", /0 to 65535/],
  ["PORT=-1", "PORT", /0 to 65535/],
  ["PORT=1e3", "PORT", /0 to 65535/],
  ["PORT=[TEMPUNAVAIL]", "PORT", /0 to 65535/],
  ["PROTO=LMTP", "PROTO", /SMTP or ESMTP/],
  ["PROTO=[UNAVAILABLE]", "PROTO", /SMTP or ESMTP/],
  ["HELO=a+20b", "HELO", /one printable name/],
  ["HELO=a+09b", "HELO", /one printable name/],
  ["HELO=+E2+80+AE", "HELO", /one printable name/],
  ["HELO=+FF", "HELO", /one printable name/],
  [`HELO=${"x".repeat(256)}`, "HELO", /one printable name/],
  ["LOGIN=+20jo", "LOGIN", /a printable name/],
  ["LOGIN=jo+0Adoe", "LOGIN", /a printable name/],
  ["LOGIN=+E2+80+A8", "LOGIN", /a printable name/],
  ["DESTADDR=mx.example.org", "DESTADDR", /must be an IPv4/],
  ["DESTPORT=smtp", "DESTPORT", /0 to 65535/],
];

for (const [argument, attribute, why] of bad) {
  test(`XCLIENT refuses ${JSON.stringify(argument.slice(0, 60))}`, () => {
    const parsed = parseXclient(argument);
    equal(parsed.kind === "malformed" ? parsed.attribute : parsed.kind, attribute);
    match(parsed.kind === "malformed" ? parsed.why : "", why);
  });
}

test("EHLO offers every attribute that is read", () => {
  equal(xclientKeyword, "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT REVERSE_NAME");
});

const certificate = { verified: true, subject: "CN=front", issuer: "CN=ca", fingerprint: "00", names: [], emails: [] };

/** A server in front of this one that has authenticated itself, and is in a transaction. */
const before: Session = {
  ...startSession({
    id: "s",
    client: { address: "203.0.113.9", port: 40000 },
    server: { address: "203.0.113.1", port: 25 },
    trust: { xclient: true, xforward: true, bareLines: "reject" },
    tls: { protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384", certificate },
  }),
  hello: { verb: "EHLO", name: "front.example.org" },
  user: "front",
  mechanism: "EXTERNAL",
  forwarded: { name: "other.example.org" },
  commands: 3,
};

const { hello: _hello, user: _user, mechanism: _mechanism, forwarded: _forwarded, ...anonymous } = before;
const introduced: Session = { ...anonymous, tls: { protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" } };

const applied: readonly (readonly [what: string, values: XclientValues, after: Session])[] = [
  ["the server's own hello, user, certificate and forwarding are not the client's", {}, introduced],
  ["the client is whom it names", { NAME: "spike.example.org", ADDR: "192.0.2.1", PORT: 1025 }, {
    ...introduced,
    client: { address: "192.0.2.1", port: 1025 },
    clientName: "spike.example.org",
  }],
  ["an address alone leaves the port", { ADDR: "2001:db8::1" }, {
    ...introduced,
    client: { address: "2001:db8::1", port: 40000 },
  }],
  ["an unknown address is nobody's", { ADDR: null, PORT: null }, {
    ...introduced,
    client: { address: "0.0.0.0", port: 0 },
  }],
  ["where the client connected to", { DESTADDR: "198.51.100.2", DESTPORT: 587 }, {
    ...introduced,
    server: { address: "198.51.100.2", port: 587 },
  }],
  ["a hello counts as said", { HELO: "spike.example.org" }, {
    ...introduced,
    hello: { verb: "EHLO", name: "spike.example.org" },
  }],
  ["a hello by SMTP was HELO", { HELO: "spike.example.org", PROTO: "SMTP" }, {
    ...introduced,
    hello: { verb: "HELO", name: "spike.example.org" },
  }],
  ["a protocol without a hello says nothing", { PROTO: "ESMTP", HELO: null }, introduced],
  ["a login is the user", { LOGIN: "jo" }, { ...introduced, user: "jo" }],
  ["no login is no user", { LOGIN: null }, introduced],
  ["a name that only leads away is not the client's", { REVERSE_NAME: "bank.example" }, introduced],
];

for (const [what, values, after] of applied) {
  test(`after XCLIENT ${what}`, () => deepEqual(applyXclient(before, values), after));
}

test("a second XCLIENT adds to the first, and takes names back", () => {
  const first = applyXclient(before, { NAME: "spike.example.org", ADDR: "192.0.2.1", LOGIN: "jo" });
  const second = applyXclient(first, { PORT: 1025, HELO: "spike" });
  deepEqual(second.client, { address: "192.0.2.1", port: 1025 });
  equal(second.clientName, "spike.example.org");
  equal(second.user, undefined);
  const third = applyXclient(second, { NAME: null });
  equal("clientName" in third, false);
});
