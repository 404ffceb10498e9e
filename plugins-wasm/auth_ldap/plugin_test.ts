// Whom auth_ldap lets in: with a made-up directory natively, and with a real server as wasm.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { pass } from "#sdk";
import type { Answer, AuthEvent } from "#sdk";
import { ask, authEvent, configure, fakeHost } from "#sdk/testing";
import type { Configuration, FakeHost, FakeLdapEntry } from "#sdk/testing";
import { buildPlugin } from "../../sdk/typescript/build_plugin.ts";
import { LdapCapability } from "../../src/capabilities/ldap.ts";
import { apiCertificate } from "../../test/support/api_certificate.ts";
import { lacking } from "../../test/support/programs.ts";
import { bareHost, runWasm } from "../../test/support/run_wasm.ts";
import { type Slapd, startSlapd } from "../../test/support/slapd.ts";
import { join } from "node:path";
import { foreign, later, plain, wrong } from "../shared/claims.ts";
import plugin from "./plugin.ts";

const isAlice: Answer = { verdict: "accept", user: "alice@example.org" };

type Row = readonly [title: string, event: AuthEvent, expected: Answer, settings?: Configuration["settings"]];

const { password: _, ...withoutPassword } = authEvent();
const twins = "(|(cn=twin1)(cn=twin2)(cn={0}))";
const rows: readonly Row[] = [
  ["the right password lets in", plain("alice@example.org", "corréct horse"), isAlice],
  ["in whatever case the name is written", plain("Alice@EXAMPLE.org", "corréct horse"), isAlice],
  ["a wrong password is refused", plain("alice@example.org", "correct horse"), wrong],
  ["an empty password is wrong, whatever the server thinks of it", plain("alice@example.org", ""), wrong],
  ["unknown users may be another plugin's", plain("nobody@example.org", "x"), pass()],
  ["a name is no filter", plain("*", "corréct horse"), pass()],
  ["nor a part of one", plain("x)(|(uid=alice", "corréct horse"), pass()],
  ["what looks like one may be a name", plain("a*(b)\\c", "odd one"), { verdict: "accept", user: "a*(b)\\c" }],
  ["who is two is nobody", plain("x", "the same"), later, { filter: twins }],
  ["nobody acts for another", plain("alice@example.org", "corréct horse", { authorize: "bob" }), foreign],
  ["other mechanisms are for others", { ...withoutPassword, mechanism: "CRAM-MD5", digest: "x" }, pass()],
  ["a filter of one's own", plain("alice@example.org", "corréct horse"), isAlice, {
    filter: "(&(cn={0})(objectClass=person))",
  }],
  ["a reader with a wrong password is none of the client", plain("alice", "corréct horse"), later, {
    search_password: "hunter3",
  }],
  ["a filter that cannot be read is none either", plain("alice", "corréct horse"), later, { filter: "((uid={0})" }],
];

function settingsFor(url: string, more: Configuration["settings"] = {}): NonNullable<Configuration["settings"]> {
  return {
    server: url,
    start_tls: true,
    ldap_base: "dc=example,dc=org",
    ldap_auth_filter_attr: "uid",
    filter: "",
    search_dn: "cn=reader,dc=example,dc=org",
    search_password: "read me",
    ldap_timeout: 5,
    ...more,
  };
}

const url = "ldap://ldap.example.org";
const people: readonly FakeLdapEntry[] = [
  { dn: "cn=reader,dc=example,dc=org", password: "read me" },
  {
    dn: "cn=alice,ou=people",
    password: "corréct horse",
    filters: ["(uid=alice)", "(&(cn=alice)(objectClass=person))"],
  },
  { dn: "cn=odd,ou=people", password: "odd one", filters: ["(uid=a*(b)\\c)"] },
  { dn: "cn=twin1,ou=people", password: "the same", filters: ["(|(cn=twin1)(cn=twin2)(cn=x))"] },
  { dn: "cn=twin2,ou=people", password: "the same", filters: ["(|(cn=twin1)(cn=twin2)(cn=x))"] },
];

function asked(event: AuthEvent, more: Configuration["settings"] = {}, host = fakeHost({ ldap: { [url]: people } })): {
  readonly answer: Answer;
  readonly host: FakeHost;
} {
  const { setup, problems } = configure(plugin, { settings: settingsFor(url, more) });
  assert.deepEqual(problems, []);
  return { answer: ask(plugin, "auth", event, setup, host), host };
}

describe("native", () => {
  // Only the real library reads filters.
  for (const [title, event, expected, more] of rows.filter(([, , , more]) => more?.["filter"] !== "((uid={0})")) {
    test(title, () => assert.deepEqual(asked(event, more).answer, expected));
  }

  test("an unknown user costs what a known one does: a search and a bind", () => {
    const shapes = ["alice", "nobody"].map((name) =>
      asked(plain(name, "x")).host.asked.map(({ request }) => (request as { do: string }).do)
    );
    assert.deepEqual(shapes, [["search", "bind"], ["search", "bind"]]);
  });

  test("STARTTLS is used unless it is forbidden, and never with ldaps", () => {
    const used = ([server, start_tls]: readonly [string, boolean]): unknown => {
      const host = fakeHost({ ldap: { [server]: [] } });
      asked(plain("alice", "x"), { server, start_tls, search_dn: "", search_password: "" }, host);
      return host.asked.map(({ request }) => (request as { startTls: boolean }).startTls);
    };
    assert.deepEqual(
      [[url, true], [url, false], ["ldaps://a.test", true]].map((way) => used(way as [string, boolean])),
      [
        [true, true],
        [false, false],
        [false, false],
      ],
    );
  });

  test("no password is ever logged", () => {
    for (const host of [fakeHost({ ldap: {} }), fakeHost({ ldap: { [url]: people } })]) {
      for (const more of [{}, { search_password: "hunter3" }]) {
        for (const name of ["alice", "nobody", "x"]) asked(plain(name, "hunter2"), { ...more, filter: twins }, host);
      }
      assert.ok(host.logged.length > 0);
      assert.doesNotMatch(JSON.stringify(host.logged), /hunter|read me/);
    }
  });

  const misconfigured: readonly (readonly [more: Configuration["settings"], path: string])[] = [
    [{ ldap_auth_filter_attr: "uid=*)(x" }, "settings.ldap_auth_filter_attr"],
    [{ filter: "uid={0}" }, "settings.filter"],
    [{ filter: "(uid=alice)" }, "settings.filter"],
    [{ search_password: "" }, "settings.search_dn"],
  ];
  for (const [more, path] of misconfigured) {
    test(`${JSON.stringify(more)} keeps it from loading`, () => {
      const { problems } = configure(plugin, { settings: settingsFor(url, more) });
      assert.deepEqual(problems.map((problem) => problem.path), [path]);
    });
  }
});

describe("wasm", { skip: lacking("slapd") }, () => {
  let server: Slapd;
  let wasm: Uint8Array;

  before(async () => {
    server = await startSlapd();
    const built = await buildPlugin({ source: join(import.meta.dirname, "plugin.ts") });
    if (built.kind !== "built") return assert.fail(JSON.stringify(built));
    wasm = new Uint8Array(built.wasm);
  });
  after(async () => await server.stop());

  async function asks(event: AuthEvent, place: string, more: Configuration["settings"] = {}): Promise<Answer> {
    const host = bareHost(new Map([["ldap", new LdapCapability({ authorities: apiCertificate.cert })]]));
    const grant = ["event", "verdict", `ldap:${place}`];
    const run = await runWasm(wasm, { settings: settingsFor(place, more), host, grant });
    if (run.kind === "problems") return assert.fail(JSON.stringify(run.problems));
    const answer = await run.ask("auth", event);
    await run.close();
    return answer;
  }

  for (const [title, event, expected, more] of rows) {
    test(title, async () => assert.deepEqual(await asks(event, server.url, more), expected));
  }

  test("by ldaps", async () => {
    assert.deepEqual(await asks(plain("alice@example.org", "corréct horse"), server.secureUrl), isAlice);
  });
});
