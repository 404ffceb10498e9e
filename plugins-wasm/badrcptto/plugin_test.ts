// Which forward-paths badrcptto refuses.

import { pass, reject } from "#sdk";
import type { Answer } from "#sdk";
import { rcptEvent } from "#sdk/testing";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import type { Case } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const refused: Answer = { ...reject("mail to this recipient not accepted here", { status: "5.1.1" }), score: -2 };
const listed = { lists: { badrcptto: ["bad@example.com", "@bad.example", "postmaster"] } };

function row(title: string, badrcptto: readonly string[], localPart: string, domain: string, expected: Answer): Case {
  return [title, { lists: { badrcptto } }, "rcpt", rcptEvent({ forwardPath: { localPart, domain } }), expected];
}

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    row("who is not listed passes", listed.lists.badrcptto, "user", "example.com", pass()),
    row("a listed address is refused", listed.lists.badrcptto, "bad", "example.com", refused),
    row("everybody at a listed domain is refused", listed.lists.badrcptto, "any", "bad.example", refused),
    row("the case of the forward-path does not matter", ["bad@example.com"], "BAD", "Example.Com", refused),
    row("nor that of the line", ["BAD@Example.com"], "bad", "example.com", refused),
    row("a matching expression is refused", ["example.com$"], "any", "example.com", refused),
    row("one that does not match is not", ["example.not$"], "any", "example.com", pass()),
    row("a reason is what the client is told", ["bad@example.com  He left."], "bad", "example.com", {
      ...refused,
      text: "He left.",
    }),
    row("<postmaster> passes", ["@example.com"], "postmaster", "", pass()),
    row("unless it is listed", ["postmaster"], "Postmaster", "", refused),
    row("an empty list refuses nobody", [], "bad", "example.com", pass()),
  ],
  misconfigured: [
    ["a bare domain is named", { lists: { badrcptto: ["example.com"] } }, "lists.badrcptto[0]", '"example.com" would'],
  ],
  asked: [
    ["an empty list spares the call", {}, []],
    ["a line does not", listed, ["rcpt"]],
  ],
});
