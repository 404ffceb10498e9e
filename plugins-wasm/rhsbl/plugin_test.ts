// Which domains rhsbl refuses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { defer, pass, reject } from "#sdk";
import type { Answer } from "#sdk";
import { ask, configure, type FakeDns, fakeHost, mailEvent } from "#sdk/testing";
import { askingHosts } from "../../test/support/asking.ts";
import { type Case, testPlugin } from "../shared/cases.ts";
import { mailFrom } from "../shared/sample_events.ts";
import { dnsQueries } from "../shared/dns_queries.ts";
import { zoneListCases } from "../shared/zone_list_cases.ts";
import plugin from "./plugin.ts";

const table: FakeDns = {
  "spam.example.rhs.test": { A: ["127.0.0.2"], TXT: ["has no abuse contact\u0007"] },
  "spam.example.other.test": { A: ["127.0.0.9"] },
  "xn--bcher-kva.example.rhs.test": { A: ["127.0.0.2"] },
  "spam.example.refusing.test": { A: ["127.0.0.1"] },
  "192.0.2.1.rhs.test": { A: ["127.0.1.255"] },
  "spam.example.all.test": { A: ["127.0.0.2"] },
  "invalid.all.test": { A: ["127.0.0.2"] },
  "spam.example.down.test": "SERVFAIL",
};

function refused(text: string, hits = 1): Answer {
  return { ...reject(text, { status: "5.7.1" }), score: -hits };
}

function row(title: string, zones: readonly string[], domain: string, expected: Answer, settings = {}): Case {
  return [title, { settings, lists: { rhsbl_zones: zones } }, "mail", mailFrom(domain), expected];
}

const { host, runWasm } = await askingHosts(table);
const long = Array.from({ length: 4 }, () => "x".repeat(60)).join(".");

testPlugin({
  plugin,
  folder: import.meta.dirname,
  host,
  runWasm,
  cases: [
    row("a domain that is not listed", ["rhs.test"], "good.example", pass()),
    row("a listed one, with the list's own text", ["rhs.test"], "spam.example", refused("has no abuse contact?")),
    row("in capital letters", ["rhs.test"], "SPAM.Example", refused("has no abuse contact?")),
    row("of another script", ["rhs.test"], "bücher.example", refused("xn--bcher-kva.example is listed by rhs.test")),
    row(
      "a message of the operator's",
      ["rhs.test We know %DOMAIN%."],
      "spam.example",
      refused("We know spam.example."),
    ),
    row("what is below a listed one", ["rhs.test"], "mail.spam.example", pass()),
    row("an address", ["rhs.test"], "[192.0.2.1]", pass()),
    row("a domain too long to be asked about", ["rhs.test"], long, pass()),
    row("what is no domain", ["rhs.test"], "a b", pass()),
    row("a list that refuses to answer by 127.0.0.1", ["refusing.test"], "spam.example", pass()),
    row("a list that lists everything", ["all.test"], "spam.example", pass()),
    row("a list that fails", ["down.test"], "spam.example", pass()),
    row(
      "later, if the operator says so",
      ["down.test"],
      "spam.example",
      defer("Cannot ask down.test now, try again later", { status: "4.7.1" }),
      { defer_unanswered: true },
    ),
    row("weights add up", ["rhs.test*2:no", "other.test"], "spam.example", refused("no", 2), { threshold: 3 }),
    row("or do not", ["rhs.test", "other.test"], "spam.example", { ...pass(), score: -2 }, { threshold: 3 }),
    [
      "the null reverse-path has no domain",
      { lists: { rhsbl_zones: ["rhs.test"] } },
      "mail",
      mailEvent({ reversePath: null }),
      pass(),
    ],
  ],
  ...zoneListCases("rhsbl_zones", "mail"),
});

test("a domain costs one question for each list, and nothing where there is no domain", () => {
  const host = fakeHost({ dns: table, store: {} });
  const { setup } = configure(plugin, {
    settings: { threshold: 1, defer_unanswered: false, timeout: 5 },
    lists: { rhsbl_zones: ["rhs.test", "other.test"] },
  });
  for (const domain of ["good.example", "good.example", "[192.0.2.1]"]) {
    ask(plugin, "mail", mailFrom(domain), setup, host);
  }
  const asked = ["good.example.rhs.test A", "good.example.other.test A"];
  assert.deepEqual(dnsQueries(host), [[...asked, "invalid.rhs.test A", "invalid.other.test A"], asked]);
});
