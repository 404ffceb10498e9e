// The tools for a plugin's own test behave as the host does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type HookName, hookNames } from "../contract/contract.ts";
import type { Event } from "../contract/event.ts";
import type { Answer } from "../contract/verdict.ts";
import { definePlugin, type Plugin } from "./define_plugin.ts";
import * as testing from "./testing.ts";
import { accept, reject } from "./verdicts.ts";

const plugin: Plugin<{ readonly max: number }> = definePlugin({
  configure(given, host): { readonly max: number } {
    host.log("info", given.serverName);
    if (given.lists["names"] === undefined) given.problem("lists.names", "is missing");
    given.unused("quit");
    return { max: Number(given.settings["max"]) };
  },
  noop(event, setup, host): Answer {
    host.log("warn", event.argument);
    return setup.max > 1 ? accept() : reject("too few");
  },
  vrfy(): void {},
});

test("configure gives the setup, and what was said on the way", () => {
  const host = testing.fakeHost();
  const { setup, problems, unused } = testing.configure(plugin, { settings: { max: 2 }, serverName: "mx" }, host);
  assert.deepEqual([setup, unused], [{ max: 2 }, ["quit"]]);
  assert.deepEqual(problems, [{ path: "lists.names", message: "is missing" }]);
  assert.deepEqual(host.logged, [{ level: "info", text: "mx" }]);
});

test("ask passes event, setup and host on, and gives the answer", () => {
  const host = testing.fakeHost();
  const answer = testing.ask(plugin, "noop", testing.argumentEvent({ argument: "x" }), { max: 1 }, host);
  assert.deepEqual(answer, reject("too few"));
  assert.deepEqual(host.logged, [{ level: "warn", text: "x" }]);
});

test("a hook that says nothing passes; a hook that is not there is a mistake of the test", () => {
  assert.deepEqual(testing.ask(plugin, "vrfy", testing.argumentEvent(), { max: 1 }), { verdict: "pass" });
  assert.throws(
    () => testing.ask(plugin, "quit", testing.connectEvent(), { max: 1 }),
    /no function for the hook `quit`/,
  );
});

test("a plugin without configure has no setup", () => {
  const bare = definePlugin({ quit: () => accept("bye") });
  assert.deepEqual(testing.configure(bare), { setup: undefined, problems: [], unused: [] });
  assert.deepEqual(testing.ask(bare, "quit", testing.connectEvent()), accept("bye"));
});

/** One builder for every hook: a hook without one does not compile. */
const builders: { readonly [H in HookName]: (overrides: { readonly time: number }) => Event } = {
  connect: testing.connectEvent,
  helo: testing.heloEvent,
  ehlo: testing.heloEvent,
  mail: testing.mailEvent,
  rcpt: testing.rcptEvent,
  data: testing.dataEvent,
  data_headers_end: testing.headersEvent,
  data_post: testing.messageEvent,
  queue: testing.messageEvent,
  vrfy: testing.argumentEvent,
  noop: testing.argumentEvent,
  help: testing.argumentEvent,
  unrecognized_command: testing.unrecognizedCommandEvent,
  quit: testing.connectEvent,
  reset_transaction: testing.connectEvent,
  disconnect: testing.connectEvent,
};

test("every event can be made, overridden, and is the same after JSON", () => {
  for (const hook of hookNames) {
    const event = builders[hook]({ time: 7 });
    assert.equal(event.time, 7, hook);
    assert.deepEqual(JSON.parse(JSON.stringify(event)), event, hook);
  }
});
