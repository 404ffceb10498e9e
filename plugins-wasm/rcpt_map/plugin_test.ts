// What becomes of the recipients of a domain with a list of its addresses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accept, defer, pass, reject } from "#sdk";
import type { Answer, JsonObject } from "#sdk";
import { configure, fakeHost, rcptEvent } from "#sdk/testing";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import type { Case, Misconfigured } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const lines = [
  "yes@a.example OK",
  "welcome@a.example OK Glad to hear from you",
  "no@a.example DENY",
  "left@a.example DENY She has left",
  "full@a.example DENYSOFT",
  "never@a.example DENY_DISCONNECT Do not come back",
  "soon@a.example DENYSOFT_DISCONNECT Come back",
  "other@a.example DECLINED",
  "Upper@A.example reject In our own words",
  "yes@b.example OK",
];
const unknown = reject("No such user.", { status: "5.1.1" });

function row(title: string, address: string, expected: Answer, settings: JsonObject = {}): Case {
  const at = address.lastIndexOf("@");
  const forwardPath = { localPart: address.slice(0, at), domain: address.slice(at + 1) };
  const configuration = { settings: { domain: "a.example", ...settings }, lists: { rcpt_map: lines } };
  return [title, configuration, "rcpt", rcptEvent({ forwardPath }), expected];
}

function wrong(title: string, line: string, message: string): Misconfigured {
  const configuration = { settings: { domain: "a.example" }, lists: { rcpt_map: ["yes@a.example OK", line] } };
  return [title, configuration, "lists.rcpt_map[1]", message];
}

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    row("OK accepts", "yes@a.example", accept()),
    row("in the words of the list", "welcome@a.example", accept("Glad to hear from you")),
    row("DENY refuses", "no@a.example", unknown),
    row("in the words of the list too", "left@a.example", { ...unknown, text: "She has left" }),
    row(
      "DENYSOFT defers",
      "full@a.example",
      defer("This mailbox takes no mail now, try again later", { status: "4.2.1" }),
    ),
    row(
      "DENY_DISCONNECT closes the connection",
      "never@a.example",
      reject("Do not come back", { status: "5.1.1", disconnect: true }),
    ),
    row(
      "so does DENYSOFT_DISCONNECT",
      "soon@a.example",
      defer("Come back", { status: "4.2.1", disconnect: true }),
    ),
    row("DECLINED leaves it to others", "other@a.example", pass()),
    row("case does not matter", "UPPER@a.EXAMPLE", { ...unknown, text: "In our own words" }),
    row("who is not listed is no user", "nobody@a.example", unknown),
    row("nor is who only begins alike", "yes2@a.example", unknown),
    row("the default may be another", "nobody@a.example", pass(), { default: "pass" }),
    row("with words of its own", "nobody@a.example", accept("Whoever"), { default: "accept", default_text: "Whoever" }),
    row("or deferring", "nobody@a.example", defer("Moving", { status: "4.2.1" }), {
      default: "defer",
      default_text: "Moving",
    }),
    row("other domains pass, though they are listed", "yes@b.example", pass()),
    row("so does what is below the domain", "yes@sub.a.example", pass()),
    row("another domain has its own lines", "yes@b.example", accept(), { domain: "B.example" }),
    row("and no others", "no@b.example", unknown, { domain: "b.example" }),
    row("a quoted local part is not another address", "yes@a.example@b.example", pass()),
    row("<postmaster> passes", "postmaster@", pass()),
  ],
  misconfigured: [
    wrong("a verdict must stand there", "x@a.example", '"x@a.example" has no verdict'),
    wrong("and be one", "x@a.example DONE", '"x@a.example" is followed by "DONE", which is no verdict'),
    wrong("a domain is no address", "@a.example OK", '"@a.example" is no address'),
    wrong("a line may not stand there twice", "YES@a.example DENY", '"YES@a.example" stands here a second time'),
    wrong("a text must fit a reply", "x@a.example DENY grüß Gott", 'the reason of "x@a.example" must be'),
    [
      "a list without the domain is an oversight",
      { settings: { domain: "c.example" }, lists: { rcpt_map: lines } },
      "lists.rcpt_map",
      'has no address of "c.example"',
    ],
    ["so is none", { settings: { domain: "a.example" } }, "lists.rcpt_map", 'has no address of "a.example"'],
    [
      "a domain has no @",
      { settings: { domain: "@a.example" }, lists: { rcpt_map: ["x@@a.example OK"] } },
      "settings.domain",
      '"@a.example" is no domain',
    ],
    [
      "the default text must fit a reply",
      { settings: { domain: "a.example", default_text: "grüß" }, lists: { rcpt_map: lines } },
      "settings.default_text",
      "must be printable ASCII",
    ],
  ],
});

test("lines of other domains are counted in the log", () => {
  const host = fakeHost();
  const settings = { domain: "a.example", default: "reject", default_text: "" };
  configure(plugin, { settings, lists: { rcpt_map: lines } }, host);
  assert.deepEqual(host.logged, [{ level: "info", text: "lines of rcpt_map that are not about a.example: 1" }]);
});
