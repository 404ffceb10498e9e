// The capability `ldap` against a real directory server.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { apiCertificate } from "../../test/support/api_certificate.ts";
import { callWith, outcomeOf } from "../../test/support/capability_calls.ts";
import { freePort } from "../../test/support/loopback_port.ts";
import { lacking } from "../../test/support/programs.ts";
import { scriptedSilence, type Silence } from "../../test/support/silence.ts";
import { type Slapd, startSlapd } from "../../test/support/slapd.ts";
import { LdapCapability } from "./ldap.ts";
import { escapeValue, filterWith } from "./ldap_filter.ts";

const skip = lacking("slapd");
const trusting = new LdapCapability({ authorities: apiCertificate.cert });
const alice = "cn=alice,ou=people,dc=example,dc=org";
const base = "dc=example,dc=org";
const reader = { dn: "cn=reader,dc=example,dc=org", password: "read me" };
let server: Slapd | undefined;
let silence: Silence;

before(async () => {
  if (skip === false) server = await startSlapd();
  silence = await scriptedSilence();
});

after(async () => {
  await server?.stop();
  silence.close();
});

type Way = readonly [title: string, of: (server: Slapd) => object];

const ways: readonly Way[] = [
  ["LDAP", ({ url }) => ({ url })],
  ["STARTTLS", ({ url }) => ({ url, startTls: true })],
  ["LDAPS", ({ secureUrl: url }) => ({ url })],
];

async function ask(way: Way[1], request: object, ldap = trusting): Promise<unknown> {
  if (server === undefined) throw new Error("there is no server");
  const asked = { ...way(server), ...request };
  return outcomeOf(await ldap.fulfil(asked, callWith([server.url, server.secureUrl])));
}

for (const [title, way] of ways) {
  test(`${title}: a password is right or wrong`, { skip }, async () => {
    const bind = (dn: string, password: string): Promise<unknown> => ask(way, { do: "bind", dn, password });
    assert.deepEqual(await bind(alice, "corréct horse"), { right: true });
    assert.deepEqual(await bind(alice, "correct horse"), { right: false });
    assert.deepEqual(await bind("cn=nobody,dc=example,dc=org", "x"), { right: false });
  });

  test(`${title}: entries are found by a filter`, { skip }, async () => {
    const search = { do: "search", base, filter: "(uid={0})", as: reader };
    assert.deepEqual(await ask(way, { ...search, values: ["alice"] }), { entries: [alice] });
    assert.deepEqual(await ask(way, { ...search, values: ["nobody"] }), { entries: [] });
  });
}

const [, plain] = ways[0] ?? assert.fail();

test("an empty password is never right, though the server would take it", { skip }, async () => {
  assert.deepEqual(await ask(plain, { do: "bind", dn: alice, password: "" }), { right: false });
  assert.equal(
    await ask(plain, { do: "search", base, filter: "(uid=alice)", as: { ...reader, password: "" } }),
    "badRequest",
  );
});

test("a value changes nothing in a filter", { skip }, async () => {
  const search = (value: string): Promise<unknown> =>
    ask(plain, { do: "search", base, filter: "(&(objectClass=person)(uid={0}))", values: [value], as: reader });
  for (const value of ["*", "al*", "alice)(uid=*", "alice\0", "\\61lice", ")(|(uid=alice"]) {
    assert.deepEqual(await search(value), { entries: [] }, value);
  }
  assert.deepEqual(await search("a*(b)\\c"), { entries: ["cn=odd,ou=people,dc=example,dc=org"] });
});

test("two entries are seen to be two, and more are not told", { skip }, async () => {
  const twins = (filter: string): Promise<unknown> => ask(plain, { do: "search", base, filter, as: reader });
  assert.deepEqual(await twins("(|(cn=twin1)(cn=twin2))"), {
    entries: ["cn=twin1,ou=people,dc=example,dc=org", "cn=twin2,ou=people,dc=example,dc=org"],
  });
  assert.equal((await twins("(uid=twin)") as { entries: unknown[] }).entries.length, 2);
});

test("who may not search finds nothing, and a wrong identity is refused", { skip }, async () => {
  const search = { do: "search", base, filter: "(uid=alice)" };
  const nobody = await ask(plain, search);
  assert.ok(nobody === "refused" || JSON.stringify(nobody) === '{"entries":[]}', JSON.stringify(nobody));
  assert.equal(await ask(plain, { ...search, as: { ...reader, password: "hunter2" } }), "refused");
  assert.equal(await ask(plain, { ...search, as: reader, filter: "(uid=alice" }), "badRequest");
});

test("a certificate that nobody vouches for ends it before anything is said", { skip }, async () => {
  const bind = { do: "bind", dn: alice, password: "corréct horse" };
  for (const [, way] of ways.slice(1)) assert.equal(await ask(way, bind, new LdapCapability()), "tls");
});

test("nobody there, and somebody who says nothing", async () => {
  const bind = async (port: number): Promise<unknown> => {
    const url = `ldap://127.0.0.1:${port}`;
    return outcomeOf(await trusting.fulfil({ do: "bind", url, dn: "a", password: "b", timeout: 200 }, callWith([url])));
  };
  assert.equal(await bind(await freePort()), "unavailable");
  assert.equal(await bind(silence.port), "timeout");
});

const url = "ldap://127.0.0.1:1";
const refusals: readonly (readonly [title: string, request: object, scopes: readonly string[], code: string])[] = [
  ["another server", { do: "bind", url, dn: "a", password: "b" }, ["ldap://127.0.0.1:2"], "notGranted"],
  ["the same server without TLS", { do: "bind", url, dn: "a", password: "b" }, ["ldaps://127.0.0.1:1"], "notGranted"],
  [
    "STARTTLS where TLS is",
    { do: "bind", url: "ldaps://a.test", dn: "a", password: "b", startTls: true },
    ["*"],
    "badRequest",
  ],
  ["an entry of no name", { do: "bind", url, dn: "", password: "b" }, ["*"], "badRequest"],
  ["a place without a value", { do: "search", url, base: "", filter: "(a={1})", values: ["x"] }, ["*"], "badRequest"],
  ["an URL with more in it", { do: "bind", url: `${url}/dc=x?uid`, dn: "a", password: "b" }, ["*"], "badRequest"],
];

for (const [title, request, scopes, code] of refusals) {
  test(`refused: ${title}`, async () =>
    assert.equal(outcomeOf(await trusting.fulfil(request, callWith(scopes))), code));
}

test("no refusal repeats a password", async () => {
  const bind = { do: "bind", url, dn: "a" };
  const bad = [{ password: { hunter2: 1 } }, { password: "hunter2".repeat(200) }, {
    password: "hunter2",
    more: "hunter2",
  }];
  for (const more of [...bad, { password: "hunter2" }]) {
    assert.doesNotMatch(JSON.stringify(await trusting.fulfil({ ...bind, ...more }, callWith(["*"]))), /hunter2/);
  }
});

test("RFC 4515 §3: what means something in a filter is escaped", () => {
  assert.equal(escapeValue("Lučić (*) \\ \0"), "Lu\\c4\\8di\\c4\\87 \\28\\2a\\29 \\5c \\00");
  assert.equal(filterWith("(|(a={0})(b={1})(c={0}))", ["{1}", "y"]), "(|(a=\\7b1\\7d)(b=y)(c=\\7b1\\7d))");
  assert.equal(filterWith("(a={1})", ["x"]), undefined);
});
