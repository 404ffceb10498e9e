// To which domains mail could be returned.

import assert from "node:assert/strict";
import { test } from "node:test";
import { defer, pass, reject } from "#sdk";
import type { Answer } from "#sdk";
import { ask, configure, type FakeDns, fakeHost, mailEvent } from "#sdk/testing";
import { askingHosts } from "../../test/support/asking.ts";
import { type Case, testPlugin } from "../shared/cases.ts";
import { mailFrom } from "../shared/sample_events.ts";
import plugin from "./plugin.ts";

function mx(...exchanges: readonly string[]): { readonly MX: readonly { preference: number; exchange: string }[] } {
  return { MX: exchanges.map((exchange, index) => ({ preference: 10 * (exchanges.length - index), exchange })) };
}

const table: FakeDns = {
  "good.example": mx("mx.good.example"),
  "mx.good.example": { A: ["192.0.2.1"] },
  "six.example": mx("mx6.good.example"),
  "mx6.good.example": { AAAA: ["2001:db8::1"] },
  "second.example": mx("mx.good.example", "gone.example"),
  "sixth.example": mx("mx.good.example", ...Array.from({ length: 5 }, (_, index) => `gone${index}.example`)),
  "xn--bcher-kva.example": mx("mx.good.example"),
  "null.example": { MX: [{ preference: 0, exchange: "." }] },
  "halfnull.example": mx("mx.good.example", "."),
  "loop.example": mx("mx.loop.example"),
  "mx.loop.example": { A: ["127.0.0.1"], AAAA: ["::1"] },
  "half.example": mx("mx.half.example"),
  "mx.half.example": { A: ["127.0.0.1", "192.0.2.1"] },
  "dead.example": mx("gone.example"),
  "plain.example": { A: ["192.0.2.1"] },
  "plain6.example": { AAAA: ["2001:db8::1"] },
  "home.example": { A: ["127.0.0.1"] },
  "text.example": { TXT: ["v=spf1 -all"] },
  "down.example": "SERVFAIL",
  "downmx.example": mx("down.example"),
  "oneup.example": mx("mx.good.example", "down.example"),
  "slow.example": "timeout",
};

const invalid = ["127.0.0.0/8", "::1"];

function row(title: string, domain: string, expected: Answer, settings = {}): Case {
  const configuration = { settings: { timeout: 1, ...settings }, lists: { invalid_resolvable_fromhost: invalid } };
  return [title, configuration, "mail", mailFrom(domain), expected];
}

function unreturnable(domain: string): Answer {
  const text = `The domain ${domain} has neither MX nor a valid address`;
  return { ...reject(text, { status: "5.1.8" }), score: -2 };
}

function later(domain: string): Answer {
  return defer(`Cannot look up ${domain} now, try again later`, { status: "4.4.3" });
}

function invalidMx(domain: string): Answer {
  return { ...reject(`invalid MX for ${domain}`, { status: "5.1.8" }), score: -1 };
}

const noDomain: Answer = { ...reject("FQDN required in the envelope sender", { status: "5.1.8" }), score: -1 };
const suspected: Answer = { ...pass(), score: -1 };
const { host, runWasm } = await askingHosts(table);

testPlugin({
  plugin,
  folder: import.meta.dirname,
  host,
  runWasm,
  cases: [
    row("an MX with an address", "good.example", pass()),
    row("in capital letters", "GOOD.example", pass()),
    row("of another script", "Bücher.example", pass()),
    row("an MX with IPv6 alone", "six.example", pass()),
    row("a second MX, when the first does not exist", "second.example", pass()),
    row("none of the first five exists", "sixth.example", invalidMx("sixth.example")),
    row("one valid address is enough", "half.example", pass()),
    row("null MX", "null.example", {
      ...reject("The domain null.example takes no mail", { status: "5.7.27" }),
      score: -1,
    }),
    row("a null MX beside another means nothing", "halfnull.example", pass()),
    row("an MX on the list of invalid networks", "loop.example", invalidMx("loop.example")),
    row("an MX that does not exist", "dead.example", invalidMx("dead.example")),
    row("no MX, but an address", "plain.example", suspected),
    row("no MX, but an IPv6 address", "plain6.example", suspected),
    row("no MX, and an invalid address", "home.example", unreturnable("home.example")),
    row("neither", "text.example", unreturnable("text.example")),
    row("no such domain", "gone.example", unreturnable("gone.example")),
    row("no dot", "localhost", unreturnable("localhost")),
    row("an address", "[192.0.2.1]", suspected),
    row("no domain", "", noDomain),
    row("what cannot be one", "a..example", noDomain),
    row("a name server that fails", "down.example", later("down.example")),
    row("for the MX alone", "downmx.example", later("downmx.example")),
    row("but another one is known", "oneup.example", pass()),
    row("a name server that says nothing", "slow.example", later("slow.example")),
    row("passes, if the operator says so", "down.example", pass(), { defer_unanswered: false }),
    ["the null reverse-path", {}, "mail", mailEvent({ reversePath: null }), pass()],
    ["without the list every address will do", {}, "mail", mailFrom("loop.example"), pass()],
  ],
  misconfigured: [[
    "a network that is none",
    { lists: { invalid_resolvable_fromhost: ["127.0.0.0/8", "localhost"] } },
    "lists.invalid_resolvable_fromhost[1]",
    '"localhost" is no network',
  ]],
});

/** How many queries each step has. */
const costs: readonly (readonly [domain: string, steps: readonly number[]])[] = [
  ["[192.0.2.1]", []],
  ["good.example", [1, 1]],
  ["null.example", [1]],
  ["gone.example", [1]],
  ["plain.example", [1, 1]],
  ["six.example", [1, 1, 1]],
  ["sixth.example", [1, 1, 9]],
];

test("two look-ups will do for most domains, and eleven for all", () => {
  const { setup } = configure(plugin, { settings: { timeout: 3, defer_unanswered: true } });
  for (const [domain, steps] of costs) {
    const host = fakeHost({ dns: table });
    ask(plugin, "mail", mailFrom(domain), setup, host);
    assert.deepEqual(
      host.asked.map(({ request }) => (request as { queries: unknown[] }).queries.length),
      steps,
      domain,
    );
  }
});
