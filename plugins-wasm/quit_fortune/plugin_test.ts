// Who gets a fortune, and that it is one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accept, pass } from "#sdk";
import type { ConnectEvent, Hello } from "#sdk";
import { ask, configure, connectEvent } from "#sdk/testing";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const one = { lists: { fortunes: ["You will send mail."] } };

function quitAfter(verb: Hello["verb"]): ConnectEvent {
  const { session, ...rest } = connectEvent();
  return { ...rest, session: { ...session, hello: { verb, name: "client.example" } } };
}

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    [
      "a client that said HELO gets a fortune",
      one,
      "quit",
      quitAfter("HELO"),
      accept(["mx.server.example closing connection.", "You will send mail."]),
    ],
    ["a client that said EHLO does not", one, "quit", quitAfter("EHLO"), pass()],
    ["nor does one that said neither", one, "quit", connectEvent(), pass()],
  ],
  misconfigured: [
    [
      "a fortune must fit a reply line",
      { lists: { fortunes: ["x".repeat(401)] } },
      "lists.fortunes[0]",
      "a fortune is",
    ],
    ["and be ASCII", { lists: { fortunes: ["fine", "schön"] } }, "lists.fortunes[1]", "a fortune is"],
  ],
});

test("without a list there are fortunes too, more than one, each printable", () => {
  const { setup } = configure(plugin);
  const seen = new Set<string>();
  for (let call = 0; call < 200; call++) {
    const answer = ask(plugin, "quit", quitAfter("HELO"), setup);
    assert.ok(answer.verdict === "accept" && Array.isArray(answer.text));
    assert.match(String(answer.text[1]), /^[ -~]+$/);
    seen.add(String(answer.text[1]));
  }
  assert.ok(seen.size > 1);
});
