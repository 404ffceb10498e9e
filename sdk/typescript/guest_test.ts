// How a plugin behaves as .wasm: its clock, randomness, log, errors, limits, and the globals of the web.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { runWasm } from "../../test/support/run_wasm.ts";
import { type BareCall, type BareGuest, openBare } from "./bare_host.ts";
import { stopBuilding } from "./build_plugin.ts";
import { webCases } from "./guest/web_cases.ts";
import { sampleWasm } from "./sample_plugin.ts";
import { argumentEvent, rcptEvent } from "./testing.ts";

after(stopBuilding);

/** Every case is a function of `noop`, chosen by the event's argument; its result comes back as the text. */
const code = `
  import { definePlugin, reject } from "#sdk";
  import type { ArgumentEvent, Host } from "#sdk";
  import { webCases } from ${JSON.stringify(join(import.meta.dirname, "guest", "web_cases.ts"))};

  const atBuildTime = [Date.now(), Math.random()];
  let counter = 0;

  function deep(n: number): number {
    return 1 + deep(n + 1);
  }

  const cases: { [name: string]: (event: ArgumentEvent, host: Host) => unknown } = {
    clock: () => [Date.now(), new Date().getTime(), new Date().getTimezoneOffset(), new Date(0).toISOString()],
    random: () => [Math.random(), Math.random(), Math.random()],
    counter: () => (counter += 1),
    console(event, host) {
      console.log("a", 1, { b: [null] }, new TypeError("c"));
      console.debug("d"); console.info("i"); console.warn("w"); console.error("e".repeat(2000));
      host.log("warn", "lone \\ud800 surrogate");
    },
    throws() { throw new TypeError("no\\ntwo lines"); },
    throwsText() { throw "text"; },
    throwsNothing() { throw undefined; },
    throwsTrap() { throw Object.defineProperty(new Error(), "message", { get() { throw 1; } }); },
    throwsMuch() { throw new Error("é".repeat(100_000)); },
    recursion: () => deep(0),
    caughtRecursion() { try { return deep(0); } catch (error) { return (error as Error).name; } },
    endless() { for (;;); },
    expression: () => /^(a+)+$/.test("a".repeat(40) + "b"),
    memory() { const all = []; for (;;) all.push("x".repeat(100_000) + all.length); },
    microtask() { queueMicrotask(() => { throw new Error("later"); }); },
    timer: () => setTimeout(() => {}, 0),
    missing: () => ["fetch", "setTimeout", "crypto", "Intl", "performance", "process", "require", "native"]
      .filter((name) => name in globalThis),
  };

  export default definePlugin<{ calls: number } | undefined>({
    configure(given, host) {
      host.log("info", "configured at " + Date.now());
      if (given.settings.bad) given.problem("settings.bad", "must not be");
      if (given.lists.names?.length === 0) given.unused("vrfy", "help");
      return { calls: 0 };
    },
    noop(event, setup, host) {
      return reject(JSON.stringify(cases[event.argument]?.(event, host) ?? null));
    },
    help(event) {
      const [, actual] = webCases[Number(event.argument)]!;
      return reject(JSON.stringify(actual()));
    },
    rcpt(event, setup) {
      if (setup !== undefined) setup.calls += 1;
      return reject(String(setup?.calls) + event.forwardPath.localPart + atBuildTime.length);
    },
    quit() {},
    mail: () => 5 as never,
    vrfy: (async (event: ArgumentEvent) => {
      await null;
      await new Promise<void>((resolve) => queueMicrotask(resolve));
      if (event.argument === "never") await new Promise(() => {});
      if (event.argument === "throws") throw new RangeError("in vain");
      return reject("awaited");
    }) as never,
  });`;

const wasm = await sampleWasm(code, { needs: ["event", "verdict"] });

function ask(guest: BareGuest, argument: string, time = 0, seed = 0): BareCall {
  return guest.call("noop", argumentEvent({ argument, time, seed }));
}

function value({ code, answer, error }: BareCall): unknown {
  assert.equal(code, 0, error);
  return JSON.parse(JSON.parse(answer ?? "").text);
}

test("the clock stands at `event.time`, in UTC, and at 0 in configure", async () => {
  const guest = await openBare(wasm);
  const time = Date.UTC(2026, 6, 1, 12, 30, 0, 123);
  assert.deepEqual(value(ask(guest, "clock", time)), [time, time, 0, "1970-01-01T00:00:00.000Z"]);
  assert.deepEqual(value(ask(guest, "clock", 999)), [999, 999, 0, "1970-01-01T00:00:00.000Z"]);
  assert.deepEqual(guest.call("configure", { settings: {}, lists: {} }).logged, ["info configured at 0"]);
});

test("Math.random follows `event.seed`: another seed another sequence, the same seed the same", async () => {
  const [one, two] = [await openBare(wasm), await openBare(wasm)];
  const first = value(ask(one, "random", 0, 1)) as number[];
  assert.deepEqual(value(ask(one, "random", 0, 1)), first);
  assert.deepEqual(value(ask(two, "random", 0, 1)), first);
  assert.notDeepEqual(value(ask(two, "random", 0, 2)), first);
  assert.equal(new Set(first).size, 3);
  assert.ok(first.every((number) => number >= 0 && number < 1));
});

test("Math.random is spread evenly over many seeds", async () => {
  const guest = await openBare(wasm);
  const tenths = new Array<number>(10).fill(0);
  for (let seed = 0; seed < 1000; seed++) {
    const [first = 0] = value(ask(guest, "random", 0, seed)) as number[];
    tenths[Math.floor(first * 10)] = (tenths[Math.floor(first * 10)] ?? 0) + 1;
  }
  assert.ok(tenths.every((count) => count > 60 && count < 140), tenths.join(" "));
});

test("the log gets one line of at most 1,000 characters a call, as UTF-8", async () => {
  const { logged } = ask(await openBare(wasm), "console");
  assert.deepEqual(logged, [
    'info a 1 {"b":[null]} TypeError: c',
    ...["debug d", "info i", "warn w", `error ${"e".repeat(1000)}`],
    "warn lone \ufffd surrogate",
  ]);
});

const failures: readonly [title: string, argument: string, error: RegExp][] = [
  [
    "an exception has name, message and the author's lines",
    "throws",
    /^TypeError: no\ntwo lines\n {4}at throws \(plugin\.ts:22\)\n {4}at noop \(plugin\.ts:\d+\)/,
  ],
  ["a thrown text", "throwsText", /^Error: the plugin threw string text$/],
  ["a thrown nothing", "throwsNothing", /^Error: the plugin threw undefined undefined$/],
  [
    "an exception that throws when looked at",
    "throwsTrap",
    /^Error: the plugin threw something that cannot be described$/,
  ],
  [
    "deep recursion is a RangeError",
    "recursion",
    /^RangeError: Maximum call stack size exceeded\n {4}at deep \(plugin\.ts:10\)/,
  ],
  ["an endless loop is interrupted", "endless", /^InternalError: interrupted\n {4}at endless/],
  ["an explosive pattern is interrupted", "expression", /^InternalError: interrupted/],
  ["too much memory", "memory", /^InternalError: out of memory/],
  ["an exception in a microtask", "microtask", /^Error: later/],
  ["a missing function", "timer", /^ReferenceError: setTimeout is not defined/],
];

for (const [title, argument, error] of failures) {
  test(`a failed call names its reason and the next one works: ${title}`, async () => {
    const guest = await openBare(wasm);
    const call = ask(guest, argument);
    assert.deepEqual([call.code, call.answer], [1, undefined]);
    assert.match(call.error ?? "", error);
    assert.equal(value(ask(guest, "counter")), 1);
  });
}

test("an error's text ends after 4 KiB, between two characters", async () => {
  const { error } = ask(await openBare(wasm), "throwsMuch");
  assert.equal(new TextEncoder().encode(error).length, 4095);
});

test("deep recursion can be caught", async () => {
  assert.equal(value(ask(await openBare(wasm), "caughtRecursion")), "RangeError");
});

test("what a plugin cannot have is not there", async () => {
  assert.deepEqual(value(ask(await openBare(wasm), "missing")), []);
});

test("configure's problems and unused hooks reach the host, and its setup every later call", async () => {
  const guest = await openBare(wasm);
  assert.equal(guest.call("rcpt", rcptEvent()).answer, '{"verdict":"reject","text":"undefinedbob2"}');
  const { answer } = guest.call("configure", { settings: { bad: true }, lists: { names: [] }, serverName: "mx" });
  assert.deepEqual(JSON.parse(answer ?? ""), {
    problems: [{ path: "settings.bad", message: "must not be" }],
    unused: ["vrfy", "help"],
  });
  guest.call("rcpt", rcptEvent());
  assert.equal(guest.call("rcpt", rcptEvent()).answer, '{"verdict":"reject","text":"2bob2"}');
});

test("a capability that plugin.json does not need, and any in configure, is a HostError with a remedy", async () => {
  const guest = await openBare(
    await sampleWasm(
      `
      export default {
        configure(given, host) { host.log("info", Object.keys(host).join()); host.clock.now(); },
        noop(event, setup, host) { return { verdict: "reject", text: typeof host.dns + host[event.argument] }; },
      };`,
      { needs: ["dns"] },
    ),
    { fulfil: () => ({ value: 0 }) },
  );
  const configured = guest.call("configure", { settings: {}, lists: {} });
  assert.deepEqual(configured.logged, ["info log"]);
  assert.match(configured.error ?? "", /^HostError: host\.clock cannot be used in `configure`: only hooks may ask/);
  assert.match(
    guest.call("noop", argumentEvent({ argument: "store" })).error ?? "",
    /^HostError: host\.store is not there: write "store" into the needs of plugin\.json/,
  );
});

test("no answer is `pass`, no verdict is an error", async () => {
  const guest = await openBare(wasm);
  assert.equal(guest.call("quit", argumentEvent()).answer, '{"verdict":"pass"}');
  assert.match(
    guest.call("mail", argumentEvent()).error ?? "",
    /^TypeError: `mail` returned number; it must return a verdict/,
  );
});

test("a promise is awaited; one that never settles is an error", async () => {
  const guest = await openBare(wasm);
  const vrfy = (argument: string): BareCall => guest.call("vrfy", argumentEvent({ argument }));
  assert.equal(vrfy("").answer, '{"verdict":"reject","text":"awaited"}');
  assert.match(vrfy("throws").error ?? "", /^RangeError: in vain\n {4}at vrfy/);
  assert.match(vrfy("never").error ?? "", /^Error: `vrfy` returned a promise that never settles/);
});

test("a plugin without configure can be configured all the same", async () => {
  const guest = await openBare(
    await sampleWasm("export default { rcpt(event, setup) { return { verdict: typeof setup }; } };"),
  );
  assert.equal(
    guest.call("configure", { settings: {}, lists: {}, serverName: "mx" }).answer,
    '{"problems":[],"unused":[]}',
  );
  assert.equal(guest.call("rcpt", rcptEvent()).answer, '{"verdict":"undefined"}');
});

test("an event that is no JSON is an error, not an end", async () => {
  const guest = await openBare(wasm);
  assert.match(guest.call("quit", "{").error ?? "", /^SyntaxError: /);
  assert.equal(guest.call("quit", argumentEvent()).code, 0);
});

test("ten thousand calls do not grow the memory", async () => {
  const guest = await openBare(wasm);
  const pages = (): number => (guest.exports["memory"] as { readonly buffer: ArrayBuffer }).buffer.byteLength;
  for (let i = 0; i < 1000; i++) guest.call("rcpt", rcptEvent());
  const before = pages();
  for (let i = 0; i < 9000; i++) guest.call("rcpt", rcptEvent());
  assert.equal(pages(), before);
});

const webGuest = await openBare(wasm);
for (const [index, [title, actual, expected]] of webCases.entries()) {
  test(`here and in a plugin: ${title}`, () => {
    assert.deepEqual(actual(), expected);
    assert.deepEqual(value(webGuest.call("help", argumentEvent({ argument: String(index) }))), expected);
  });
}

test("the real host, through Extism, gets the same answers", async () => {
  const run = await runWasm(wasm, { lists: { names: ["x"] } });
  assert.equal(run.kind, "running", JSON.stringify(run));
  if (run.kind !== "running") return;
  const answer = await run.ask("rcpt", rcptEvent());
  assert.deepEqual(answer, { verdict: "reject", text: "1bob2" });
  await assert.rejects(run.ask("noop", argumentEvent({ argument: "throws" })), /TypeError: no/);
  await run.close();
});
