// Whom auth_flat_file lets in, and that neither the time it takes nor its log tells more than that.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { defer, HostError, pass } from "#sdk";
import type { Answer, AuthEvent, Certificate, Host } from "#sdk";
import { ask, configure, fakeHost } from "#sdk/testing";
import type { Configuration, FakeHost } from "#sdk/testing";
import { cryptoCapability } from "../../src/capabilities/crypto.ts";
import { bareHost, runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import type { Case, Misconfigured } from "../shared/cases.ts";
import {
  claim,
  cram,
  digest,
  foreign,
  isUser,
  keysFor,
  plain,
  salt,
  scram,
  scrypt,
  serverKey,
  storedKey,
  wrong,
} from "../shared/claims.ts";
import plugin from "./plugin.ts";

const fingerprint = "0f".repeat(32);

const listed: Configuration = {
  lists: {
    flat_auth_pw: [
      `keys@example.com:${scram}`,
      `hash@example.com:${scrypt}`,
      "clear@example.com:{CLEAR}tanstaaftanstaaf",
      "Bare@Example.com:a:b",
      `keys@example.com:{CERT}${fingerprint}`,
      `one@example.com:{CERT}${"AB:".repeat(31)}AB`,
      "two@example.com:{CERT}" + "cd".repeat(32),
      "three@example.com:{CERT}" + "cd".repeat(32),
    ],
  },
};

function shown(fingerprint: string, rest: Partial<AuthEvent> & { verified?: boolean } = {}): AuthEvent {
  const { verified = true, ...others } = rest;
  const names = { subject: "CN=x", issuer: "CN=y", names: [], emails: [] };
  const certificate: Certificate = { verified, fingerprint, ...names };
  return claim({ mechanism: "EXTERNAL", claimed: "", certificate, ...others });
}

function row(title: string, event: AuthEvent, expected: Answer, configuration: Configuration = listed): Case {
  return [title, configuration, "auth", event, expected];
}

const cases: readonly Case[] = [
  row("a password is checked against SCRAM keys", plain("keys@example.com", "pencil"), isUser("keys@example.com")),
  row("a wrong one is refused", plain("keys@example.com", "pencils"), wrong),
  row("a password is checked against a hash", plain("hash@example.com", "pencil"), isUser("hash@example.com")),
  row("and a wrong one is refused", plain("hash@example.com", "Pencil"), wrong),
  row("a password in clear is compared", plain("clear@example.com", "tanstaaftanstaaf"), isUser("clear@example.com")),
  row("beginning and end of it are not enough", plain("clear@example.com", "tanstaaf"), wrong),
  row("a bare password may hold colons", plain("bare@example.com", "a:b"), isUser("bare@example.com")),
  row("what is stored is no password", plain("keys@example.com", scram), wrong),
  row("case of a name does not matter, and the session has one form", plain("KEYS@example.COM", "pencil"), {
    ...isUser("keys@example.com"),
  }),
  row("LOGIN is checked like PLAIN", { ...plain("keys@example.com", "pencil"), mechanism: "LOGIN" }, {
    ...isUser("keys@example.com"),
  }),
  row("who is not listed passes", plain("nobody@example.com", "pencil"), pass()),
  row("a name of an object's own passes", plain("__proto__", "pencil"), pass()),
  row("to act for another is refused", plain("keys@example.com", "pencil", { authorize: "hash@example.com" }), foreign),
  row("whoever guesses is not told so", plain("keys@example.com", "x", { authorize: "hash@example.com" }), wrong),
  row(
    "to act for oneself in other letters is not",
    plain("Keys@example.com", "pencil", { authorize: "keys@example.com" }),
    {
      ...isUser("keys@example.com"),
    },
  ),
  row("and for oneself in any", plain("keys@example.com", "pencil", { authorize: "KEYS@example.com" }), {
    ...isUser("keys@example.com"),
  }),
  row(
    "for who is not listed others may say it",
    plain("nobody@example.com", "x", { authorize: "hash@example.com" }),
    pass(),
  ),
  row("who has a certificate alone has no password", plain("one@example.com", "x"), pass()),

  row("CRAM-MD5 is checked against a password in clear", cram("clear@example.com"), isUser("clear@example.com")),
  row("a wrong digest is refused", cram("clear@example.com", "0".repeat(32)), wrong),
  row("keys cannot check CRAM-MD5", cram("keys@example.com"), pass()),
  row("nor can a hash", cram("hash@example.com"), pass()),
  row("CRAM-MD5 of who is not listed passes", cram("nobody@example.com"), pass()),

  row("SCRAM is given the keys", keysFor("keys@example.com"), {
    ...isUser("keys@example.com", { salt, iterations: 4096, storedKey, serverKey }),
  }),
  row("or the password to make them of", keysFor("clear@example.com", { mechanism: "SCRAM-SHA-256-PLUS" }), {
    ...isUser("clear@example.com", { password: "tanstaaftanstaaf" }),
  }),
  row("a hash has none", keysFor("hash@example.com"), pass()),
  row("who is not listed has none", keysFor("nobody@example.com"), pass()),
  row("another SCRAM has other keys", keysFor("keys@example.com", { mechanism: "SCRAM-SHA-512" }), pass()),
  row("nobody gets keys to act for another", keysFor("keys@example.com", { authorize: "hash@example.com" }), foreign),

  row("a certificate is found by its fingerprint", shown(fingerprint), isUser("keys@example.com")),
  row("as openssl writes it too", shown("ab".repeat(32)), isUser("one@example.com")),
  row("one that nobody vouches for passes", shown(fingerprint, { verified: false }), pass()),
  row("one that is not listed passes", shown("00".repeat(32)), pass()),
  row("of several users' the user must be named", shown("cd".repeat(32)), pass()),
  row("and then is known", shown("cd".repeat(32), { authorize: "three@example.com" }), isUser("three@example.com")),
  row("another's user is refused", shown("cd".repeat(32), { authorize: "one@example.com" }), foreign),

  row("a token passes", claim({ mechanism: "OAUTHBEARER", claimed: "keys@example.com", token: "x" }), pass()),
  row("without passwords in the list a password passes", plain("a@b", "x"), pass(), {
    lists: { flat_auth_pw: [`a@b:{CERT}${fingerprint}`] },
  }),
  row("plain names are for whoever wants them", plain("alice", "x"), isUser("alice"), {
    settings: { require_domain: false },
    lists: { flat_auth_pw: ["alice:{CLEAR}x"] },
  }),
  row("what only looks like a hash is a password if it says so", plain("a@b", "$2b$x"), isUser("a@b"), {
    lists: { flat_auth_pw: ["a@b:{CLEAR}$2b$x"] },
  }),
  row("characters are compared composed", plain("a@b", "\u00e4"), isUser("a@b"), {
    lists: { flat_auth_pw: ["a@b:{CLEAR}a\u0308"] },
  }),
];

function bad(title: string, line: string, message: string, settings: Configuration["settings"] = {}): Misconfigured {
  return [title, { settings, lists: { flat_auth_pw: ["ok@b:x", line] } }, "lists.flat_auth_pw[1]", message];
}

const misconfigured: readonly Misconfigured[] = [
  bad("a line without a colon", "pencil", "must be user@domain:secret"),
  bad("a line without a name", ":pencil", "must be user@domain:secret"),
  bad("a name without a domain", "alice:x", "alice is not like user@domain"),
  bad("a name with a blank", "a b@c:x", "has a blank"),
  bad("no secret", "a@b:", "a@b has no secret"),
  bad("no secret behind {CLEAR}", "a@b:{CLEAR}", "a@b has no secret"),
  bad("a second secret", "OK@b:y", "ok@b has a password in an earlier line already"),
  bad("a hash of another form", "a@b:$6$x$y", "a@b has a secret of a form that is not known here"),
  bad("a form of another server", "a@b:{SSHA}x", "a@b has a secret of a form that is not known here"),
  bad("keys of another digest", "a@b:SCRAM-SHA-1$4096:x$y:z", "a@b has a secret of a form that is not known here"),
  bad("keys that are cut", `a@b:${scram.slice(0, -9)}`, "a@b has keys that are not like"),
  bad("keys of few iterations", `a@b:${scram.replace("4096", "1000")}`, "a@b has keys of 1000 iterations"),
  bad("keys of many iterations", `a@b:${scram.replace("4096", "600001")}`, "a@b has keys of 600001 iterations"),
  bad("a short salt", `a@b:${scram.replace(salt, "YWJjZGVmZw==")}`, "a@b has a salt of 7 octets"),
  bad("keys with bits too many", `a@b:${scram.replace("T4qY=", "T4qZ=")}`, "a@b has keys that are not base64"),
  bad("a hash that is cut", "a@b:$scrypt$ln=14", "a@b has a hash that is not like"),
  bad("a hash too dear", `a@b:${scrypt.replace("ln=10", "ln=18")}`, "a@b has a hash of a cost that is not taken"),
  bad("a hash too cheap", `a@b:${scrypt.replace("ln=10", "ln=9")}`, "a@b has a hash of a cost that is not taken"),
  bad("a fingerprint of SHA-1", `a@b:{CERT}${"0".repeat(40)}`, "a@b has a fingerprint that is not"),
];

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm: (wasm, configuration) =>
    runWasm(wasm, { ...configuration, host: bareHost(new Map([["crypto", cryptoCapability()]])) }),
  cases,
  misconfigured,
  asked: [
    ["an empty list spares the call", {}, []],
    ["a line does not", listed, ["auth"]],
  ],
});

function asking(event: AuthEvent, configuration: Configuration): FakeHost {
  const host = fakeHost();
  ask(plugin, "auth", event, configure(plugin, configuration).setup, host);
  return host;
}

test("a check costs the same for who is not listed: the same requests, of the same secrets", () => {
  const alike = { lists: { flat_auth_pw: [`keys@example.com:${scram}`] } };
  const clear = { lists: { flat_auth_pw: ["clear@example.com:x"] } };
  for (
    const [configuration, known, unknown] of [
      [alike, plain("keys@example.com", "x"), plain("nobody@example.com", "x")],
      [clear, plain("clear@example.com", "y"), plain("nobody@example.com", "y")],
    ] as const
  ) {
    const [ofKnown, ofUnknown] = [known, unknown].map((event) => asking(event, configuration).asked);
    assert.deepEqual(ofUnknown?.map(withoutName), ofKnown?.map(withoutName));
    assert.equal(ofKnown?.length, 2);
  }
  const shapes = ["clear@example.com", "keys@example.com", "nobody@example.com"].map((name) =>
    asking(cram(name), listed).asked.map(({ request }) => "do" in request && request.do)
  );
  assert.deepEqual(shapes, Array(3).fill(["hmac", "equal"]));
});

/** The name is what the decoy is drawn by. */
function withoutName({ request }: { readonly request: object }): object {
  return "of" in request ? { ...request, of: "name" } : request;
}

test("where secrets differ, names that are not listed cost as differently, each always the same", () => {
  const costs = Array.from({ length: 40 }, (_, index) => {
    const [one, two] = [1, 2].map(() => JSON.stringify(asking(plain(`x${index}@example.com`, "x"), listed).asked[1]));
    assert.equal(one, two);
    return one;
  });
  assert.equal(new Set(costs).size, 4);
});

test("no secret is ever logged or said: not those of the list, not what a client sends", () => {
  const secrets = [scram, storedKey, serverKey, salt, scrypt, "tanstaaf", "a:b", "pencil", "guessed", digest];
  const said: string[] = [];
  const record = (host: FakeHost): void => void said.push(...host.logged.map(({ text }) => text));
  const configuring = fakeHost();
  configure(plugin, listed, configuring);
  record(configuring);
  for (const [, configuration, , event] of cases) record(asking(event as AuthEvent, configuration));
  for (const name of ["keys", "hash", "clear", "bare", "nobody"]) {
    record(asking(plain(`${name}@example.com`, "guessed"), listed));
  }
  for (const [, configuration] of misconfigured) {
    said.push(...configure(plugin, configuration).problems.map(({ message }) => message));
  }
  assert.ok(said.length > 20);
  // Of a bad line the form is told, which is public.
  for (const secret of secrets) assert.deepEqual(said.filter((text) => text.includes(secret)), [], secret);
});

test("a line that was cut is a problem, which keeps its secret", () => {
  const lines = [`a@b:${scram}`, `a@b:${scrypt}`];
  for (const line of lines) {
    for (let length = 5; length < line.length; length += 1) {
      const cut = line.slice(0, length);
      const { problems } = configure(plugin, { lists: { flat_auth_pw: [cut] } });
      // Cut so short it looks like any password.
      if (/^a@b:(?:\$[a-z]*|S[A-Z]*)$/.test(cut)) continue;
      assert.equal(problems.length, 1, cut);
      assert.doesNotMatch(problems[0]?.message ?? "", /c2FsdHN|W22Z|WG5d|wfPL|8Qnb/, cut);
    }
  }
});

test("passwords in clear are warned of, by name", () => {
  const host = fakeHost();
  configure(plugin, { lists: { flat_auth_pw: [..."abcde"].map((name) => `${name}@b:secret`) } }, host);
  const text =
    'flat_auth_pw has passwords in clear (a@b, b@b, c@b and 2 more): "qpsmtpd password USER" makes keys of them';
  assert.deepEqual(host.logged, [{ level: "warn", text }]);
});

test("when too many are being checked the client may come again", () => {
  const { setup } = configure(plugin, listed);
  const failing = (code: string): Host => {
    const host = fakeHost();
    const verifyPassword = (): never => {
      throw new HostError(code, "x");
    };
    return { ...host, log: host.log, crypto: { ...host.crypto, verifyPassword } };
  };
  const event = plain("keys@example.com", "pencil");
  const later = defer("Too many passwords are being checked, try again later", { status: "4.7.0" });
  assert.deepEqual(ask(plugin, "auth", event, setup, failing("busy")), later);
  assert.deepEqual(ask(plugin, "auth", event, setup, failing("timeout")), later);
  assert.throws(() => ask(plugin, "auth", event, setup, failing("failed")), HostError);
});

test("the README's list is read as it stands", () => {
  const readme = readFileSync(join(import.meta.dirname, "README.md"), "utf8");
  const [, block = ""] = /```text\n([^]*?)```/.exec(readme) ?? [];
  const lines = block.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const { setup, problems } = configure(plugin, { lists: { flat_auth_pw: lines } });
  assert.deepEqual(problems, []);
  assert.deepEqual([setup.passwords.size, setup.certificates.size], [4, 1]);
});
