// Calls of hand-written modules: every way a call can end, and what it leaves behind.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { loadTried } from "../../test/support/load_tried.ts";
import type { Event } from "../../sdk/contract/event.ts";
import type { Manifest } from "../../sdk/contract/manifest.ts";
import { answering, guest, hook, watPlugin } from "../../test/support/wat_plugin.ts";
import type { PluginSource } from "./load.ts";
import { failures } from "./failure.ts";
import type { Plugin } from "./plugin.ts";
import { defaultLimits } from "./plugin_limits.ts";

const event: Event = {
  time: 0,
  seed: 1,
  session: {
    id: "s",
    client: { address: "192.0.2.1", port: 1 },
    server: { address: "192.0.2.2", port: 25, name: "mx.test" },
  },
};

async function load(
  wat: string,
  manifest: Partial<Manifest> = {},
  source: Partial<PluginSource> = {},
): Promise<Plugin> {
  const loaded = await loadTried(watPlugin(wat, manifest), source);
  if (loaded.kind === "refused") assert.fail(JSON.stringify(loaded.problems));
  return loaded.plugin;
}

/** `answered` and the answer, or the failure and its message. */
async function outcome(plugin: Plugin, asked: unknown = event): Promise<readonly unknown[]> {
  const result = await plugin.call("connect", asked as Event);
  assert.ok(result.micros >= 0);
  assert.ok(result.kind === "failed" || result.fuel > 0);
  return result.kind === "answered" ? ["answered", result.answer] : [result.failure, result.message];
}

const connect = (body: string, data?: string): string => guest(hook("connect", body), data);
const echo = guest(
  hook("connect", "(call $read (i32.const 64)) (call $write (i32.const 64) (call $length)) (i32.const 0)"),
);
const extismEcho = guest(hook("connect", "(call $out (call $input) (call $inputLength)) (i32.const 0)"));

const ways: readonly (readonly [rule: string, wat: string, failure: string, message: RegExp])[] = [
  ["a trap fails the call", connect("unreachable"), "trap", /unreachable/i],
  ["endless recursion traps", guest(`(func $f (export "connect") (result i32) (call $f))`), "trap", /stack/i],
  [
    "error_set and 1 fail the call with the guest's words on one line",
    connect("(call $fail (call $block (i32.const 16))) (i32.const 1)", "TypeError: a\n b"),
    "trap",
    /^TypeError: a \/ b/,
  ],
  [
    "error_set fails the call even if 0 is returned",
    connect("(call $fail (call $block (i32.const 4))) (i32.const 0)", "oops"),
    "trap",
    /^oops$/,
  ],
  [
    "what error_set said is worth more than the trap behind it",
    connect("(call $fail (call $block (i32.const 4))) unreachable", "oops"),
    "trap",
    /^oops$/,
  ],
  ["another return code than 0 fails the call", connect("(i32.const 7)"), "trap", /^it returned 7 instead of 0$/],
  ["a function without a result fails the call", guest(`(func (export "connect"))`), "trap", /undefined instead of 0/],
  ["no answer is no answer", connect("(i32.const 0)"), "badOutput", /there is none/],
  ["an answer must be JSON", answering("{verdict"), "badOutput", /not JSON/],
  ["an answer must be UTF-8", answering(new Uint8Array([0x22, 0xff, 0x22])), "badOutput", /not UTF-8/],
  ["half a surrogate pair is refused", answering('{"verdict":"accept","text":"\\ud800"}'), "badOutput", /surrogate/],
  [
    "CR LF in a text is refused",
    answering('{"verdict":"reject","text":"a\\r\\nb"}'),
    "badOutput",
    /^.*text .*U\+000D$/,
  ],
  ["edits belong to data_post", answering('{"verdict":"pass","edits":[]}'), "badOutput", /edits is not known here/],
  [
    "an answer of 1 MB is not even copied",
    connect("(call $write (i32.const 0) (i32.const 1048576)) (i32.const 0)"),
    "badOutput",
    /1048576 octets/,
  ],
  [
    "an answer of 1 MB through Extism is not even decoded",
    connect("(call $out (call $alloc (i64.const 1048576)) (i64.const 1048576)) (i32.const 0)"),
    "badOutput",
    /1048576 octets/,
  ],
  [
    "an answer outside the guest's memory is refused",
    connect("(call $write (i32.const 1114100) (i32.const 100)) (i32.const 0)"),
    "trap",
    /^answer_write: 100 octets at 1114100 are outside its memory$/,
  ],
  [
    "a negative length is a huge one",
    connect("(call $write (i32.const 0) (i32.const -1)) (i32.const 0)"),
    "trap",
    /4294967295 octets at 0 are outside/,
  ],
  [
    "an event is not written past the guest's memory",
    connect("(call $read (i32.const 1114111)) (i32.const 0)"),
    "trap",
    /^event_read: .* outside its memory$/,
  ],
  [
    "Extism's memory has a quota of octets",
    connect("(loop (drop (call $alloc (i64.const 65536))) (br 0)) unreachable"),
    "trap",
    /more than 4194304 octets/,
  ],
  [
    "Extism's memory has a quota of blocks",
    connect("(loop (drop (call $alloc (i64.const 1))) (br 0)) unreachable"),
    "trap",
    /more than 4096 blocks/,
  ],
  [
    "an address that was never allocated is refused",
    connect("(call $out (i64.const 0x7000000000000) (i64.const 1)) (i32.const 0)"),
    "trap",
    /never allocated/,
  ],
  [
    "an output longer than its block is refused",
    connect("(call $out (call $alloc (i64.const 8)) (i64.const 9)) (i32.const 0)"),
    "trap",
    /longer than the block/,
  ],
  [
    "there are no variables, which would outlive the call",
    connect("(call $variable (i64.const 0) (i64.const 0)) (i32.const 0)"),
    "trap",
    /use notes/,
  ],
];

describe("a call that fails says how", () => {
  for (const [rule, wat, failure, message] of ways) {
    test(rule, async () => {
      const plugin = await load(wat);
      const [kind, said] = await outcome(plugin);
      assert.equal(kind, failure);
      assert.match(String(said), message);
      assert.deepEqual({ ...plugin.counters.failed, [failure]: 0 }, none);
      await plugin.close();
    });
  }
});
const none = Object.fromEntries(failures.map((failure) => [failure, 0]));

describe("a call that is answered", () => {
  test("gives the answer", async () => {
    const plugin = await load(answering('{"verdict":"pass"}'));
    assert.deepEqual(await outcome(plugin), ["answered", { verdict: "pass" }]);
    assert.equal(plugin.counters.answered, 1);
  });

  for (const [way, wat] of [["qpsmtpd", echo], ["Extism", extismEcho]] as const) {
    test(`passes octets in and out through ${way} unchanged`, async () => {
      const plugin = await load(wat);
      const said = { verdict: "accept", text: "größer, 日本, \u{1F4EC}" };
      assert.deepEqual(await outcome(plugin, said), ["answered", said]);
    });
  }

  test("input_load_u64 gives the event eight octets at a time and 0 past its end", async () => {
    const said = '{"verdict":"accept"}    ';
    const words = [0, 8, 16].map((at) => `(i64.store (i32.const ${at}) (call $load64 (i64.const ${at})))`).join("");
    const body = `${words} (if (i64.ne (call $load64 (i64.const 17)) (i64.const 0)) (then unreachable))
      (i32.store (i32.const 16) (i32.const 0x7d227470)) (call $write (i32.const 0) (i32.const 20)) (i32.const 0)`;
    const plugin = await load(connect(body, said));
    assert.deepEqual(await outcome(plugin, { verdict: "accept" }), ["answered", { verdict: "accept" }]);
  });

  test("overlapping calls get each its own answer", async () => {
    const plugin = await load(echo);
    const said = Array.from({ length: 50 }, (_, i) => ({ verdict: "accept", text: `number ${i}` }));
    const answers = await Promise.all(said.map((one) => outcome(plugin, one)));
    assert.deepEqual(answers, said.map((one) => ["answered", one]));
  });
});

/** Counts its calls in a global and answers the count; traps at the third one. */
const counting = guest(
  `(global $calls (mut i32) (i32.const 0))
  ${
    hook(
      "connect",
      `(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (if (i32.eq (global.get $calls) (i32.const 3)) (then unreachable))
      (i32.store8 (i32.const 28) (i32.add (i32.const 48) (global.get $calls)))
      (call $write (i32.const 0) (i32.const 31)) (i32.const 0)`,
    )
  }`,
  '{"verdict":"accept","text":"?"}',
);

test("an instance that trapped is replaced by a new one", async () => {
  const plugin = await load(counting, {}, { state: "keep" });
  const told: unknown[] = [];
  for (let i = 0; i < 5; i++) told.push((await outcome(plugin))[1]);
  assert.deepEqual(told.map((one) => (one as { readonly text?: string }).text), ["1", "2", undefined, "1", "2"]);
  assert.deepEqual(plugin.counters.failed, { ...none, trap: 1 });
});

test("a call that overran its deadline counts for nothing, and its instance is replaced", async () => {
  const slow = `(local $i i32) (loop (i32.store (i32.const 64) (local.get $i))
    (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100000000))))
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (if (i32.ne (global.get $calls) (i32.const 1)) (then unreachable))
    (call $write (i32.const 0) (i32.const 18)) (i32.const 0)`;
  const wat = guest(`(global $calls (mut i32) (i32.const 0)) ${hook("connect", slow)}`, '{"verdict":"pass"}');
  const plugin = await load(wat, {}, { limits: { ...defaultLimits, cpu: 1000, wall: 20 } });
  for (let i = 0; i < 2; i++) assert.deepEqual(await outcome(plugin), ["deadline", "it took more than 20 ms"]);
});

test("an event over 256 KB is not given to the plugin", async () => {
  const plugin = await load(echo);
  assert.deepEqual((await outcome(plugin, { verdict: "accept", text: "é".repeat(131_072) }))[0], "tooLarge");
});

test("a closed plugin answers no more", async () => {
  const plugin = await load(echo);
  await plugin.close();
  assert.deepEqual(await outcome(plugin), ["busy", "it is closed"]);
});

test("log lines are cut, cleaned and counted", async () => {
  const lines: string[] = [];
  const body = `(local $i i32) (loop (call $log (call $block (i32.const 9)))
    (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 200))))
    (call $write (i32.const 16) (i32.const 18)) (i32.const 0)`;
  const plugin = await load(connect(body, 'a\x1b[2J\u202eb       {"verdict":"pass"}'), {}, {
    log: (level, line) => lines.push(`${level} ${line}`),
  });
  assert.equal((await outcome(plugin))[0], "answered");
  assert.equal(lines.length, 101);
  assert.equal(lines[0], "info a\\u{1b}[2J\\u{202e}b");
  assert.equal(lines[100], "warn it logged more than one call may, the rest is dropped");
});

test("10,000 calls leave nothing behind", async () => {
  const body = "(drop (call $input)) (call $write (i32.const 0) (i32.const 18)) (i32.const 0)";
  const plugin = await load(connect(body, '{"verdict":"pass"}'));
  // Each call puts its 16 KB event into Extism's memory: kept, they would be 160 MB.
  const said = { ...event, padding: "x".repeat(16_000) };
  const calls = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await plugin.call("connect", said);
  };
  await calls(2000);
  const grown: number[] = [];
  // What a collector leaves lying once is no leak: that would grow each time.
  while (grown.length < 3 && !(Math.min(...grown) < 40)) {
    const before = process.memoryUsage().rss;
    await calls(10_000);
    grown.push((process.memoryUsage().rss - before) / 1e6);
  }
  assert.equal(plugin.counters.answered, 2000 + grown.length * 10_000);
  assert.ok(Math.min(...grown) < 40, `resident memory grew by ${grown.join(", ")} MB`);
});
