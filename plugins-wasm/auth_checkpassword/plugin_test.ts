// Whom auth_checkpassword lets in: with a made-up program natively, and with a real one as wasm.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pass } from "#sdk";
import type { Answer, AuthEvent } from "#sdk";
import { ask, authEvent, configure, fakeHost } from "#sdk/testing";
import type { Configuration, FakeHost } from "#sdk/testing";
import { RunCapability } from "../../src/capabilities/run.ts";
import { bareHost, runWasm } from "../../test/support/run_wasm.ts";
import { type Case, testPlugin } from "../shared/cases.ts";
import { foreign, later, plain, wrong } from "../shared/claims.ts";
import plugin from "./plugin.ts";

const program = join(import.meta.dirname, "sample_checkpassword.py");
const configured: Configuration = { settings: { checkpw: program } };

const right: Answer = { verdict: "accept", user: "alice@example.com" };

function row(title: string, event: AuthEvent, expected: Answer, settings: Configuration["settings"] = {}): Case {
  return [title, { settings: { ...configured.settings, ...settings } }, "auth", event, expected];
}

const { password: _, ...withoutPassword } = authEvent();
const alice = "alice@example.com";
const cases: readonly Case[] = [
  row("the right password lets in", plain(alice, "corréct horse"), right),
  row("by LOGIN too", plain(alice, "corréct horse", { mechanism: "LOGIN" }), right),
  row("a wrong password may be another plugin's", plain(alice, "correct horse"), pass()),
  row("and so may an unknown user", plain("nobody", "x"), pass()),
  row("trouble of the program is none of the client", plain("broken", "x"), later),
  row("neither is a crash", plain("noisy", "x"), later),
  row("nobody acts for another", plain(alice, "corréct horse", { authorize: "bob" }), foreign),
  row("but everybody for himself", plain(alice, "corréct horse", { authorize: alice }), right),
  row("a NUL in the name does not become a field", plain(`${alice}\0corréct horse`, "x"), wrong),
  row("nor one in the password", plain(alice, "corréct horse\0"), wrong),
  row("an empty password is wrong", plain(alice, ""), wrong),
  row("more than the program reads is wrong", plain(alice, "x".repeat(600)), wrong),
  row("other mechanisms are passed on", { ...withoutPassword, mechanism: "CRAM-MD5", digest: "x" }, pass()),
  row("what is to be run on success decides, too", plain(alice, "corréct horse"), pass(), { true: ["/bin/false"] }),
  row("a call without arguments is a mistake of the operator", plain(alice, "corréct horse"), later, { true: [] }),
];

/** The sample, once more. */
function fake(): FakeHost {
  return fakeHost({
    run: {
      [program]: ({ arguments: given, descriptor3 }) => {
        const [, name, password, stamp] = /^([^\0]*)\0([^\0]*)\0(Y\d+)\0$/.exec(descriptor3) ?? [];
        if (name === "noisy") return { signal: "SIGKILL", errors: `password was ${password}` };
        if (name === "broken") return { status: 111 };
        if (stamp === undefined || given.length === 0) return { status: 2 };
        const known = name === alice && password === Buffer.from("corréct horse").toString("latin1");
        return { status: known && given[0] === "/bin/true" ? 0 : 1 };
      },
    },
  });
}

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm: (wasm, configuration) => {
    const host = bareHost(new Map([["run", new RunCapability()]]));
    return runWasm(wasm, { ...configuration, host, grant: ["event", "verdict", `run:${program}`] });
  },
  host: fake,
  cases,
  misconfigured: [
    [
      "a program by its name alone",
      { settings: { checkpw: "checkpassword" } },
      "settings.checkpw",
      "must be an absolute",
    ],
    [
      "too many arguments",
      { settings: { checkpw: program, true: Array(21).fill("a") } },
      "settings.true",
      "has more than 20 words",
    ],
  ],
});

test("no password is ever logged", () => {
  for (const name of [alice, "broken", "noisy", "nobody"]) {
    const host = fake();
    const setup = configure(plugin, { settings: { checkpw: program, true: ["/bin/true"], timeout: 5 } }).setup;
    ask(plugin, "auth", plain(name, "hunter2"), setup, host);
    assert.doesNotMatch(JSON.stringify(host.logged), /hunter2/);
  }
});

test("a program that is not there is told to the operator, and the client may come again", () => {
  const host = fakeHost({ run: {} });
  const setup = configure(plugin, { settings: { checkpw: "/x", true: ["/bin/true"], timeout: 5 } }).setup;
  assert.deepEqual(ask(plugin, "auth", plain(alice, "hunter2"), setup, host), later);
  const text = "passwords cannot be checked: missing: fakeHost: there is no program /x";
  assert.deepEqual(host.logged, [{ level: "error", text }]);
});
