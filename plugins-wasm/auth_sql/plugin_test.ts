// Whom auth_sql lets in: with a made-up database natively, and with a real file of SQLite as wasm.

import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { before, test } from "node:test";
import { HostError, pass } from "#sdk";
import type { Answer, AuthEvent } from "#sdk";
import { ask, configure, fakeHost } from "#sdk/testing";
import type { Configuration, FakeHost } from "#sdk/testing";
import { cryptoCapability } from "../../src/capabilities/crypto.ts";
import { SqlCapability } from "../../src/capabilities/sql.ts";
import { bareHost, runWasm } from "../../test/support/run_wasm.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { type Case, testPlugin } from "../shared/cases.ts";
import {
  claim,
  cram,
  digest,
  foreign,
  isUser,
  keysFor,
  later,
  plain,
  salt,
  scram,
  scrypt,
  serverKey,
  storedKey,
  wrong,
} from "../shared/claims.ts";
import plugin from "./plugin.ts";

interface User {
  readonly pw_name: string;
  readonly pw_domain: string;
  readonly secret: string | null;
  readonly pw_clear_passwd: string | null;
}

function user(name: string, secret: string | null, clear: string | null = null): User {
  return { pw_name: name, pw_domain: "example.com", secret, pw_clear_passwd: clear };
}

const users: readonly User[] = [
  user("keys", scram),
  user("hash", scrypt),
  user("clear", null, "tanstaaftanstaaf"),
  user("none", null),
  user("crypt", "$1$abc$xyz"),
  user("twin", "a"),
  user("twin", "a"),
];

const byName = "SELECT secret, pw_clear_passwd AS clear FROM vpopmail WHERE pw_name = ? AND pw_domain = ?";
const settings = { database: "users", query: byName, parameters: ["local_part", "domain"], decoy: scram };

function row(title: string, event: AuthEvent, expected: Answer, more: Configuration["settings"] = {}): Case {
  return [title, { settings: { ...settings, ...more } }, "auth", event, expected];
}

const cases: readonly Case[] = [
  row("a password is checked against SCRAM keys", plain("keys@example.com", "pencil"), isUser("keys@example.com")),
  row("a wrong one is refused", plain("keys@example.com", "pencils"), wrong),
  row("a password is checked against a hash", plain("hash@example.com", "pencil"), isUser("hash@example.com")),
  row("and a wrong one is refused", plain("hash@example.com", "Pencil"), wrong),
  row("a password in clear is compared", plain("clear@example.com", "tanstaaftanstaaf"), isUser("clear@example.com")),
  row("case does not matter in names", plain("Clear@EXAMPLE.com", "tanstaaftanstaaf"), isUser("clear@example.com")),
  row("an empty password is wrong", plain("clear@example.com", ""), wrong),
  row("unknown users may be another plugin's", plain("nobody@example.com", "x"), pass()),
  row("so may those without a domain", plain("keys", "pencil"), pass()),
  row("a user without a password is as good as none", plain("none@example.com", ""), pass()),
  row("a hash that is not known here lets nobody in", plain("crypt@example.com", "$1$abc$xyz"), pass()),
  row("a user who is two is nobody", plain("twin@example.com", "a"), later),
  row("quotes are characters of a name", plain("x' OR '1'='1@example.com", "a"), pass()),
  row("nobody acts for another", plain("keys@example.com", "pencil", { authorize: "hash@example.com" }), foreign),
  row("but everybody for himself", plain("keys@example.com", "pencil", { authorize: "Keys@example.com" }), {
    ...isUser("keys@example.com"),
  }),
  row("CRAM-MD5 goes with a password in clear", cram("clear@example.com"), isUser("clear@example.com")),
  row("and not with another answer", cram("clear@example.com", "0".repeat(32)), wrong),
  row("nor with keys", cram("keys@example.com"), pass()),
  row("nor for nobody", cram("nobody@example.com"), pass()),
  row("SCRAM gets the keys", keysFor("keys@example.com"), {
    ...isUser("keys@example.com", { salt, iterations: 4096, storedKey, serverKey }),
  }),
  row("or the password they are made of", keysFor("clear@example.com"), {
    ...isUser("clear@example.com", { password: "tanstaaftanstaaf" }),
  }),
  row("a hash cannot answer SCRAM", keysFor("hash@example.com"), pass()),
  row("tokens are for others", claim({ mechanism: "XOAUTH2", token: "x" }), pass()),
  row("a query that cannot work is none of the client", plain("keys@example.com", "x"), later, { query: "SELECT x" }),
  row("nor is one without a secret", plain("keys@example.com", "x"), later, {
    query: "SELECT 1 AS x WHERE ? <> ?",
  }),
  row("the query may say who it is", plain("any@thing", "a"), isUser("somebody"), {
    query: "SELECT '{CLEAR}a' AS secret, 'somebody' AS user",
    parameters: [],
  }),
];

/** Knows the queries above. */
function answers(
  query: string,
  parameters: readonly unknown[],
): readonly { [column: string]: string | number | null }[] {
  if (query === "SELECT x") throw new HostError("statement", "no such column: x");
  if (query.startsWith("SELECT 1")) return [{ x: 1 }];
  if (query.includes("somebody")) return [{ secret: "{CLEAR}a", user: "somebody" }];
  const [name, domain] = parameters;
  const found = users.filter(({ pw_name, pw_domain }) => pw_name === name && pw_domain === domain);
  return found.map(({ secret, pw_clear_passwd: clear }) => ({ secret, clear }));
}

function fake(): FakeHost {
  return fakeHost({ sql: { users: answers } });
}

const file = join(temporaryFolder(), "users.sqlite");

before(() => {
  const database = new DatabaseSync(file);
  database.exec("CREATE TABLE vpopmail (pw_name, pw_domain, secret, pw_clear_passwd)");
  const insert = database.prepare("INSERT INTO vpopmail VALUES (?, ?, ?, ?)");
  for (const { pw_name, pw_domain, secret, pw_clear_passwd } of users) {
    insert.run(pw_name, pw_domain, secret, pw_clear_passwd);
  }
  database.close();
});

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm: (wasm, configuration) => {
    const capabilities = [new SqlCapability({ users: { kind: "sqlite", path: file } }), cryptoCapability()];
    const host = bareHost(new Map(capabilities.map((capability) => [capability.name, capability])));
    return runWasm(wasm, { ...configuration, host, grant: ["event", "verdict", "crypto", "sql:users"] });
  },
  host: fake,
  cases,
  misconfigured: [
    ["no query", { settings: { ...settings, query: " " } }, "settings.query", "must not be empty"],
    [
      "an unknown parameter",
      { settings: { ...settings, parameters: ["password"] } },
      "settings.parameters",
      "may hold",
    ],
    [
      "a decoy of another form",
      { settings: { ...settings, decoy: "$1$x$y" } },
      "settings.decoy",
      "has a secret of a form",
    ],
  ],
});

function asking(event: AuthEvent, host = fake()): FakeHost {
  ask(plugin, "auth", event, configure(plugin, { settings: { ...settings, timeout: 5 } }).setup, host);
  return host;
}

test("a check costs the same for who does not exist: the same requests, as dear", () => {
  for (const shown of [(name: string): AuthEvent => plain(name, "x"), cram]) {
    const [known, unknown] = ["keys@example.com", "nobody@example.com"].map((name) => {
      return asking(shown(name)).asked.map((asked) => asked.capability === "sql" ? "sql" : asked);
    });
    assert.deepEqual(unknown, known);
    assert.ok((known?.length ?? 0) >= 2);
  }
});

test("a password never reaches the database", () => {
  for (const { capability, request } of asking(plain("keys@example.com", "hunter2")).asked) {
    if (capability === "sql") assert.doesNotMatch(JSON.stringify(request), /hunter2/);
  }
});

test("no secret is ever logged: not those of the database, not what a client sends", () => {
  const secrets = [storedKey, serverKey, salt, "8Qnbqxn", "tanstaaf", "pencil", "hunter2", digest, "xyz"];
  const said: string[] = [];
  for (const { pw_name } of [...users, user("nobody", null)]) {
    for (const event of [plain(`${pw_name}@example.com`, "hunter2"), cram(`${pw_name}@example.com`)]) {
      said.push(...asking(event).logged.map(({ text }) => text));
    }
  }
  assert.ok(said.length > 3);
  for (const secret of secrets) assert.deepEqual(said.filter((text) => text.includes(secret)), [], secret);
});

test("a database that does not answer is told to the operator, and the client may come again", () => {
  const host = fakeHost({ sql: {} });
  const { setup } = configure(plugin, { settings: { ...settings, timeout: 5 } });
  assert.deepEqual(ask(plugin, "auth", plain("keys@example.com", "x"), setup, host), later);
  const text = "users cannot be looked up or checked: unavailable: fakeHost: there is no database users";
  assert.deepEqual(host.logged, [{ level: "error", text }]);
});
