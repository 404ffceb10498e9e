// The tools for a plugin's own test behave as the host does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type HookName, hookNames } from "../contract/contract.ts";
import type { Event } from "../contract/event.ts";
import type { Answer } from "../contract/verdict.ts";
import { definePlugin, type Host, type Plugin } from "./define_plugin.ts";
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

test("a fake host grants what the test gives it, and keeps what it was asked", () => {
  const host = testing.fakeHost({ dns: { "a.test": { TXT: ["x"] } } });
  assert.throws(() => host.store, /HostError: host\.store is not there: give the test's host one, fakeHost\(\{ store/);
  const answer = host.dns.resolve("A.test", "TXT");
  assert.deepEqual(answer.kind === "answered" && answer.records, ["x"]);
  assert.deepEqual(host.asked, [{ capability: "dns", request: { queries: [{ name: "A.test", type: "TXT" }] } }]);
});

test("what a fake store holds expires by the test's clock", () => {
  let time = 0;
  const { store, clock } = testing.fakeHost({ store: { kept: 1 }, now: () => time });
  store.set("short", 1, { expires: 5 });
  store.increment("counted", 1, { expires: 5 });
  store.increment("refreshed", 1, { expires: 5 });
  time = 4999;
  store.increment("counted", 1, { expires: 5 });
  store.increment("refreshed", 1, { expires: 5, refresh: true });
  time = 5000;
  assert.equal(clock.now(), 5000);
  assert.deepEqual(["kept", "short", "counted", "refreshed"].map((key) => store.get(key)), [
    1,
    undefined,
    undefined,
    2,
  ]);
});

test("nothing can be asked of the host while it is configured", () => {
  const asking = definePlugin({
    configure(_given, host): void {
      (host as Host).dns.resolve("a.test", "A");
    },
    quit: () => accept(),
  });
  assert.throws(
    () => testing.configure(asking, {}, testing.fakeHost({ dns: {} })),
    /HostError: host\.dns cannot be used in `configure`: only hooks may ask the host/,
  );
});

/** One builder for every hook: a hook without one does not compile. */
const builders: { readonly [H in HookName]: (overrides: { readonly time: number }) => Event } = {
  connect: testing.connectEvent,
  helo: testing.heloEvent,
  ehlo: testing.heloEvent,
  auth: testing.authEvent,
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
  quit: testing.factEvent,
  reset_transaction: testing.factEvent,
  disconnect: testing.factEvent,
};

test("every event can be made, overridden, and is the same after JSON", () => {
  for (const hook of hookNames) {
    const event = builders[hook]({ time: 7 });
    assert.equal(event.time, 7, hook);
    assert.deepEqual(JSON.parse(JSON.stringify(event)), event, hook);
  }
});
