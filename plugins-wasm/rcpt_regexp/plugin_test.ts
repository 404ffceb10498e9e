// Which recipients rcpt_regexp decides, and how.

import assert from "node:assert/strict";
import { test } from "node:test";
import { join } from "node:path";
import { accept, defer, pass, reject } from "#sdk";
import type { Answer, RcptEvent } from "#sdk";
import { rcptEvent } from "#sdk/testing";
import { buildPlugin } from "../../sdk/typescript/build_plugin.ts";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import type { Case, Misconfigured } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const refused = reject("mail to this recipient not accepted here", { status: "5.7.1" });

function to(localPart: string, domain: string): RcptEvent {
  return rcptEvent({ forwardPath: { localPart, domain } });
}

function row(title: string, lines: readonly string[], event: RcptEvent, expected: Answer): Case {
  return [title, { lists: { rcpt_regexp: lines } }, "rcpt", event, expected];
}

function wrong(title: string, line: string, message: string): Misconfigured {
  return [title, { lists: { rcpt_regexp: ["a@b.example OK", line] } }, "lists.rcpt_regexp[1]", message];
}

const user = to("user", "a.example");
const long = "x".repeat(257);

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    row("a matching expression decides", ["/^user@/ DENY"], user, refused),
    row("with its text", ["/^user@/ DENY Not to him"], user, { ...refused, text: "Not to him" }),
    row("one that does not match does not", ["/^ser@/ DENY"], user, pass()),
    row("it may match anywhere", ["/ser@a/ DENY"], user, refused),
    row("case does not matter", ["/^USER@A\\./ DENY"], to("User", "a.Example"), refused),
    row("the flag i changes nothing", ["/^user@/i DENY"], user, refused),
    row("an address decides", ["user@a.example DENY"], user, refused),
    row("without case", ["USER@a.example DENY"], to("user", "A.example"), refused),
    row("and is taken at its word", ["user@a.example DENY"], to("user", "abexample"), pass()),
    row("so is a plus sign", ["a+b@a.example DENY"], to("a+b", "a.example"), refused),
    row("OK accepts", ["/^user@a\\.example$/ OK"], user, accept()),
    row("DENYSOFT defers", ["/./ DENYSOFT Later"], user, defer("Later", { status: "4.7.1" })),
    row(
      "DENY_DISCONNECT closes the connection",
      ["/./ DENY_DISCONNECT"],
      user,
      reject("mail to this recipient not accepted here", { status: "5.7.1", disconnect: true }),
    ),
    row("the first line that matches decides, an expression", ["/^user@/ OK", "user@a.example DENY"], user, accept()),
    row("or an address", ["user@a.example DENY", "/^user@/ OK"], user, refused),
    row("DECLINED keeps later lines from deciding", ["/^user@/ DECLINED", "/./ DENY"], user, pass()),
    row("<postmaster> is an address", ["postmaster OK"], to("Postmaster", ""), accept()),
    row("an empty list decides nothing", [], user, pass()),
    row(
      "what is longer than an address can be is not tried",
      ["/x$/ OK"],
      to(long, `${"y".repeat(62)}.x`),
      reject("The address is too long", { status: "5.1.3" }),
    ),
  ],
  misconfigured: [
    wrong("a broken expression is named", "/(/ DENY", '"/(/" is not a regular expression'),
    wrong("so is what only Perl knows", "/^user\\z/ DENY", '"/^user\\\\z/" uses \\z'),
    wrong("an expression stands in slashes", "^user@ DENY", '"^user@" would match nothing'),
    wrong("a bare domain is none", "a.example DENY", '"a.example" would match nothing'),
    wrong("nor an address", "/user@a.example DENY", '"/user@a.example" would match nothing'),
    wrong("a verdict must stand there", "/./", '"/./" has no verdict'),
    wrong("and be one", "/./ MAYBE", '"/./" is followed by "MAYBE"'),
    wrong("a pattern has its bounds", `/${long}/ DENY`, '"/xxx'),
    [
      "so has their number",
      { lists: { rcpt_regexp: Array.from({ length: 1001 }, (_, i) => `/^${i}@/ DENY`) } },
      "lists.rcpt_regexp",
      "has 1001 regular expressions, more than 1000",
    ],
  ],
  asked: [
    ["an empty list spares the call", {}, []],
    ["a line does not", { lists: { rcpt_regexp: ["/./ DENY"] } }, ["rcpt"]],
  ],
});

test("an expression that never ends costs its call, and nothing else", async () => {
  const built = await buildPlugin({ source: join(import.meta.dirname, "plugin.ts") });
  assert.ok(built.kind === "built");
  const run = await runWasm(built.wasm, { lists: { rcpt_regexp: ["/^(a+)+$/ OK"] } });
  assert.ok(run.kind === "running");
  await assert.rejects(run.ask("rcpt", to("a".repeat(60), "b.example")), /Cannot ask rcpt_regexp for rcpt/);
  assert.deepEqual(await run.ask("rcpt", user), pass());
  await run.close();
});
