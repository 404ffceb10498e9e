// What a guest cannot do, whatever it tries: run on, remember, or exceed its grants.

import assert from "node:assert/strict";
import { test } from "node:test";
import { loadTried } from "../../test/support/load_tried.ts";
import type { Event } from "../../sdk/contract/event.ts";
import { awakeTime } from "../../test/support/own_time.ts";
import { bareHost } from "../../test/support/run_wasm.ts";
import { answering, guest, hook, watPlugin } from "../../test/support/wat_plugin.ts";
import type { Capability } from "../capabilities/capability.ts";
import type { LoadedPlugin, PluginSource } from "./load.ts";
import type { Plugin } from "./plugin.ts";
import { defaultLimits } from "./plugin_limits.ts";

const event: Event = {
  time: 0,
  seed: 1,
  session: {
    id: "s",
    client: { address: "192.0.2.1", port: 1 },
    server: { address: "192.0.2.2", port: 25, name: "mx" },
  },
};

function tryLoad(wat: string, needs: readonly string[], source: Partial<PluginSource> = {}): Promise<LoadedPlugin> {
  return loadTried(watPlugin(wat, { needs }), source);
}

async function load(wat: string, needs: readonly string[], source: Partial<PluginSource> = {}): Promise<Plugin> {
  const loaded = await tryLoad(wat, needs, source);
  if (loaded.kind === "refused") assert.fail(JSON.stringify(loaded.problems));
  return loaded.plugin;
}

async function failure(plugin: Plugin): Promise<string> {
  const result = await plugin.call("connect", event);
  return result.kind === "failed" ? result.failure : "answered";
}

const counting = guest(
  `(global $calls (mut i32) (i32.const 48)) ${
    hook(
      "connect",
      `(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
       (i32.store8 (i32.const 100) (i32.add (i32.load8_u (i32.const 100)) (i32.const 1)))
       (i32.store8 (i32.const 28) (i32.add (global.get $calls) (i32.load8_u (i32.const 100))))
       (call $write (i32.const 0) (i32.const 31)) (i32.const 0)`,
    )
  }`,
  '{"verdict":"accept","text":"?"}',
);

async function texts(plugin: Plugin, calls: number): Promise<readonly unknown[]> {
  const told: unknown[] = [];
  for (let count = 0; count < calls; count++) {
    const result = await plugin.call("connect", event);
    told.push(result.kind === "answered" && "text" in result.answer ? result.answer.text : result);
  }
  return told;
}

test("fresh: neither memory nor globals remember the call before", async () => {
  assert.deepEqual(await texts(await load(counting, ["verdict"]), 3), ["2", "2", "2"]);
});

test("keep: they do, if the operator says so", async () => {
  assert.deepEqual(await texts(await load(counting, ["verdict"], { state: "keep" }), 3), ["2", "4", "6"]);
});

test("an instance whose memory has grown has had its last call", async () => {
  const growing = guest(
    hook("connect", "(drop (memory.grow (i32.const 1))) (call $write (i32.const 0) (i32.const 31)) (i32.const 0)") +
      `(func (export "size") (result i32) (memory.size))`,
    '{"verdict":"accept","text":"a"}',
  );
  const plugin = await load(growing, ["verdict"]);
  for (let count = 0; count < 3; count++) assert.equal(await failure(plugin), "answered");
  assert.equal(plugin.counters.memory, 18 * 65_536);
});

const loop = guest(hook("connect", "(loop (br 0)) (i32.const 0)"));

test("a loop without end is stopped at its limit of CPU, and everything else goes on meanwhile", async () => {
  const plugin = await load(loop, []);
  let turns = 0;
  const counting = setInterval(() => turns++, 1);
  const time = awakeTime();
  assert.equal(await failure(plugin), "cpu");
  const took = time();
  clearInterval(counting);
  const { cpu } = plugin.counters;
  assert.ok(cpu >= defaultLimits.cpu && cpu < defaultLimits.cpu + 5, `ran ${cpu} ms`);
  assert.ok(took < 1000, `took ${took} ms`);
  assert.ok(turns >= 10, `only ${turns} turns of the event loop`);
  assert.ok(plugin.counters.fuel > 0);
});

test("after five failures it rests, and is not even asked", async () => {
  const plugin = await load(loop, [], { limits: { ...defaultLimits, cpu: 5 } });
  for (let count = 0; count < 5; count++) assert.equal(await failure(plugin), "cpu");
  assert.equal(await failure(plugin), "broken");
  assert.equal(plugin.breaker, "open");
});

test("a start function runs under the same rule", async () => {
  const starting = `(module (func $s (loop (br 0))) (start $s) ${hook("connect", "(i32.const 0)")})`;
  const loaded = await tryLoad(starting, []);
  assert.ok(
    loaded.kind === "refused" &&
      /^does not start: it ran for more than 2000 ms$/.test(loaded.problems[0]?.message ?? ""),
  );
});

test("memory cannot grow past its limit", async () => {
  const greedy = guest(
    hook(
      "connect",
      `(block (loop (br_if 1 (i32.eq (memory.grow (i32.const 16)) (i32.const -1))) (br 0)))
     (call $write (i32.const 0) (i32.const 18)) (i32.const 0)`,
    ),
    '{"verdict":"pass"}',
  );
  const plugin = await load(greedy, [], { limits: { ...defaultLimits, memoryPages: 64 } });
  assert.equal(await failure(plugin), "answered");
  assert.ok(plugin.counters.memory <= 64 * 65_536);
});

test("more initial memory than the limit is refused at load", async () => {
  const loaded = await tryLoad(guest(hook("connect", "(i32.const 0)")), [], {
    limits: { ...defaultLimits, memoryPages: 16 },
  });
  assert.ok(loaded.kind === "refused" && /cannot be run: at octet \d+/.test(loaded.problems[0]?.message ?? ""));
});

test("what is needed and not granted keeps it from loading, and the message is the line to write", async () => {
  const loaded = await tryLoad(answering('{"verdict":"pass"}'), ["dns", "event:client"], { grant: ["event"] });
  assert.ok(loaded.kind === "refused");
  assert.equal(loaded.problems[0]?.path, "grant");
  assert.match(loaded.problems[0]?.message ?? "", /"dns".*grant = \["event", "dns"\]/);
});

test("a verdict without its grant is a failure", async () => {
  const plugin = await load(answering('{"verdict":"reject","text":"no"}'), ["verdict:defer@connect"]);
  assert.equal(await failure(plugin), "forbidden");
});

const asking = `(module
  (import "qpsmtpd" "event_length" (func $length (result i32)))
  (import "qpsmtpd" "answer_write" (func $write (param i32 i32)))
  (import "qpsmtpd" "host_call" (func $call (param i32 i32) (result i32)))
  (import "qpsmtpd" "host_result" (func $result (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "{\\"capability\\":\\"clock\\",\\"request\\":{}}")
  (data (i32.const 100) "{\\"verdict\\":\\"accept\\",\\"text\\":\\"?\\"}")
  ${
  hook(
    "connect",
    `(drop (call $call (i32.const 0) (i32.const 35))) (call $result (i32.const 200))
    (i32.store8 (i32.const 128) (i32.load8_u (i32.const 202)))
    (call $write (i32.const 100) (i32.const 31)) (i32.const 0)`,
  )
})`;

function clock(fulfil: Capability["fulfil"]): Map<string, Capability> {
  return new Map([["clock", { name: "clock", fulfil }]]);
}

test("a capability answers while the guest waits, and its wait is not its CPU", async () => {
  const capabilities = clock(async () => {
    await new Promise((resolve) => setTimeout(resolve, 80));
    return { kind: "done", value: 1 };
  });
  const plugin = await load(asking, ["verdict", "clock"], { host: bareHost(capabilities) });
  // `v` of value
  assert.deepEqual(await texts(plugin, 1), ["v"]);
  assert.ok(plugin.counters.cpu < 20, String(plugin.counters.cpu));
});

test("without the need the same request is refused", async () => {
  const plugin = await load(asking, ["verdict"], { host: bareHost(clock(() => ({ kind: "done", value: 1 }))) });
  // `e` of error
  assert.deepEqual(await texts(plugin, 1), ["e"]);
});

test("a capability that never answers ends with the call's deadline, and is told", async () => {
  let told = false;
  const capabilities = clock((_request, { signal }) => {
    signal.addEventListener("abort", () => told = true);
    return new Promise(() => {});
  });
  const limits = { ...defaultLimits, wall: 100 };
  const plugin = await load(asking, ["verdict", "clock"], { host: bareHost(capabilities), limits });
  const time = awakeTime();
  assert.equal(await failure(plugin), "deadline");
  assert.ok(time() < 300);
  assert.equal(told, true);
});

test("calls that wait hold instances of their own: a hundred at once get their own answers", async () => {
  const capabilities = clock(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { kind: "done", value: 1 };
  });
  const plugin = await load(asking, ["verdict", "clock"], { host: bareHost(capabilities) });
  const all = await Promise.all(Array.from({ length: 100 }, () => texts(plugin, 1)));
  assert.ok(all.every(([text]) => text === "v"));
});
