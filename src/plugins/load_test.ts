// Files that must not become plugins, each with what the operator is told; and what configuring means.

import assert from "node:assert/strict";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { loadTried } from "../../test/support/load_tried.ts";
import type { ConnectEvent } from "../../sdk/contract/event.ts";
import type { Setting } from "../../sdk/contract/manifest.ts";
import { answering, guest, hook, wasmOf, watPlugin, withSection } from "../../test/support/wat_plugin.ts";
import type { PluginSource } from "./load.ts";
import { limits } from "./limits.ts";
import { ModuleCache } from "./module_cache.ts";
import { defaultLimits } from "./plugin_limits.ts";
import type { CallResult } from "./failure.ts";

/** `path message` of each problem; none if it loaded. */
async function problems(file: string | Uint8Array, source: Partial<PluginSource> = {}): Promise<readonly string[]> {
  const loaded = await loadTried(file, source);
  if (loaded.kind === "refused") return loaded.problems.map(({ path, message }) => `${path} ${message}`);
  await loaded.plugin.close();
  return [];
}

const passing = answering('{"verdict":"pass"}');
const nothing = "(i32.const 0)";
const connect = (fields: string): string => `(module ${fields} ${hook("connect", nothing)})`;
/** `configure` answers `output`; `connect` says nothing. */
const configuring = (output: string): string =>
  guest(
    hook(
      "configure",
      `(call $write (i32.const 0) (i32.const ${new TextEncoder().encode(output).length})) (i32.const 0)`,
    ) +
      hook("connect", nothing),
    output,
  );
const max: Setting = { type: "integer", description: "The most.", minimum: 1 };

const refusals: readonly (readonly [rule: string, file: () => string | Uint8Array, told: RegExp])[] = [
  ["a missing file", () => "/nowhere/x.wasm", /^file there is no "\/nowhere\/x.wasm": build the plugin/],
  ["a folder", () => tmpdir(), /^file cannot read ".*": it is not a regular file$/],
  ["a device", () => "/dev/zero", /^file cannot read "\/dev\/zero": it is not a regular file$/],
  ["text", () => new TextEncoder().encode("(module)"), /^file is no WebAssembly module$/],
  ["nothing", () => new Uint8Array(), /^file is no WebAssembly module$/],
  ["a component", () => new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]), /^file is a WebAssembly component/],
  ["a module without manifest", () => wasmOf(passing), /^file has no manifest/],
  [
    "a section longer than the file",
    () => new Uint8Array([...wasmOf(passing), 0, 100, 1]),
    /^file is damaged at octet \d+: a section is longer/,
  ],
  [
    "a manifest that is no JSON",
    () => withSection(wasmOf(passing), "qpsmtpd.plugin", new TextEncoder().encode("{")),
    /^manifest cannot be read: it is not JSON$/,
  ],
  ["another contract", () => watPlugin(passing, { contract: 2 }), /^manifest contract is 2, .*update this server$/],
  [
    "another name",
    () => watPlugin(passing, { name: "other" }),
    /^manifest.name the file is the plugin "other", and is configured as "tried"$/,
  ],
  [
    "a need that is no capability",
    () => watPlugin(passing, { needs: ["dsn"] }),
    /^manifest\.needs\[0\] "dsn" is no capability/,
  ],
  [
    "WASI beyond printing",
    () => watPlugin(connect('(import "wasi_snapshot_preview1" "sock_accept" (func))')),
    /^imports wants the function "qpsmtpd:wasi.sock_accept", .*of WASI there is no more/,
  ],
  [
    "another function of ours",
    () => watPlugin(connect('(import "qpsmtpd" "shell" (func))')),
    /^imports wants the function "qpsmtpd.shell"/,
  ],
  [
    "Extism's HTTP",
    () => watPlugin(connect('(import "extism:host/env" "http_request" (func (param i64 i64) (result i64)))')),
    /^imports wants the function "extism:host\/env.http_request"/,
  ],
  [
    "a prototype's name",
    () => watPlugin(connect('(import "constructor" "name" (func))')),
    /^imports wants the function/,
  ],
  ["the module itself", () => watPlugin(connect('(import "main" "connect" (func))')), /^imports wants the function/],
  [
    "a memory",
    () => watPlugin(connect('(import "qpsmtpd" "event_read" (memory 1))')),
    /^file cannot be run: at octet \d+: it imports a memory/,
  ],
  [
    "a hook that is not exported",
    () => watPlugin(passing, { hooks: ["connect", "rcpt"] }),
    /^exports.rcpt is in the manifest but is no exported function$/,
  ],
  [
    "a hook that is a global",
    () => watPlugin('(module (global (export "connect") i32 (i32.const 0)))'),
    /^exports.connect is in the manifest but is no exported function$/,
  ],
  [
    "a hook with parameters",
    () => watPlugin(`(module (func (export "connect") (param i32) (result i32) ${nothing}))`),
    /^exports.connect takes parameters/,
  ],
  [
    "code that is no code",
    () => new Uint8Array([...watPlugin(passing), 1, 2, 0xff, 0xff]),
    /^file cannot be run: at octet \d+: /,
  ],
  [
    "a start function that traps",
    () => watPlugin(connect("(func $s unreachable) (start $s)")),
    /^file does not start: /,
  ],
  ["a missing setting", () => watPlugin(passing, { settings: { max } }), /^settings.max must be given: The most.$/],
  [
    "a configure that traps",
    () => watPlugin(guest(hook("configure", "unreachable") + hook("connect", nothing))),
    /^configure failed: .*unreachable/i,
  ],
  [
    "a configure that answers rubbish",
    () => watPlugin(configuring("[")),
    /^configure answered rubbish: it is not JSON$/,
  ],
  [
    "a configure that answers another shape",
    () => watPlugin(configuring('{"unused":["lunch"]}')),
    /^configure.unused\[0\] /,
  ],
  [
    "what configure objects to",
    () => watPlugin(configuring('{"problems":[{"path":"lists.bad[2]","message":"is\\nno pattern"}]}')),
    /^lists.bad\[2\] is \/ no pattern$/,
  ],
];

describe("a file is refused, in one line", () => {
  for (const [rule, file, told] of refusals) {
    test(rule, async () => {
      const [first, ...others] = await problems(file());
      assert.match(first ?? "nothing was told", told);
      assert.deepEqual(others, []);
    });
  }

  test("too large", async () => {
    const folder = await mkdtemp(join(tmpdir(), "load-"));
    const path = join(folder, "huge.wasm");
    await writeFile(path, "");
    await truncate(path, limits.file + 1);
    assert.deepEqual(await problems(path), ["file has 33554433 octets; a plugin may have 33554432"]);
    await rm(folder, { recursive: true });
  });
});

test("a plugin loads from its file, with the digest of its octets", async () => {
  const folder = await mkdtemp(join(tmpdir(), "load-"));
  const path = join(folder, "tried.wasm");
  await writeFile(path, watPlugin(passing));
  const loaded = await loadTried(path);
  await rm(folder, { recursive: true });
  assert.ok(loaded.kind === "loaded");
  assert.match(loaded.plugin.digest, /^[0-9a-f]{64}$/);
  assert.equal(loaded.plugin.onError, "defer");
});

test("the operator's onError counts more than the manifest's", async () => {
  const loaded = await loadTried(watPlugin(passing), { onError: "pass" });
  assert.ok(loaded.kind === "loaded");
  assert.equal(loaded.plugin.onError, "pass");
});

test("configure is given settings with defaults, the lists asked for, and the server's name", async () => {
  // It puts its input into the error, which is all that a configure can show.
  const wat = guest(
    hook("configure", "(call $fail (call $input)) (i32.const 1)") + hook("connect", nothing),
  );
  const file = watPlugin(wat, { settings: { max: { ...max, default: 3 } }, lists: ["bad"] });
  const given = { lists: (name: string): readonly string[] => [`${name} line`] };
  assert.deepEqual(await problems(file, given), [
    'configure failed: {"settings":{"max":3},"lists":{"bad":["bad line"]},"serverName":"mx.test"}',
  ]);
});

test("a hook that configure calls unused is not among the plugin's hooks", async () => {
  const wat = configuring('{"unused":["connect"]}');
  const loaded = await loadTried(watPlugin(wat));
  assert.ok(loaded.kind === "loaded");
  assert.deepEqual(loaded.plugin.hooks, []);
});

test("_initialize runs once before configure, and configure once for each instance", async () => {
  const count = (name: string, body: string): string =>
    hook(name, `(i32.store8 (i32.const 28) (i32.add (i32.load8_u (i32.const 28)) (i32.const 1))) ${body}`);
  const wat = guest(
    `(func (export "_initialize") (i32.store8 (i32.const 28) (i32.const 48)))` +
      count("configure", nothing) +
      hook("connect", "(call $write (i32.const 0) (i32.const 31)) (i32.const 0)") +
      hook("quit", "unreachable"),
    '{"verdict":"accept","text":"?"}',
  );
  const loaded = await loadTried(watPlugin(wat, { hooks: ["connect", "quit"] }));
  if (loaded.kind === "refused") assert.fail(JSON.stringify(loaded.problems));
  const event = {} as ConnectEvent;
  for (let i = 0; i < 2; i++) {
    const result: CallResult = await loaded.plugin.call("connect", event);
    if (result.kind === "failed") assert.fail(result.message);
    assert.deepEqual(result.answer, { verdict: "accept", text: "1" });
    await loaded.plugin.call("quit", event);
  }
});

test("two plugins of one file share one compiled module", async () => {
  const cache = new ModuleCache();
  const bytes = wasmOf(passing);
  const [a, b] = await Promise.all([
    cache.compile("d", bytes, defaultLimits),
    cache.compile("d", bytes, defaultLimits),
  ]);
  const c = await cache.compile("d", bytes, defaultLimits);
  assert.ok(a.kind === "module" && b.kind === "module" && c.kind === "module");
  assert.equal(a.guarded, b.guarded);
  assert.equal(a.guarded, c.guarded);
});

test("plugins of equal code and other data share that code, and each keeps its data", async () => {
  const cache = new ModuleCache();
  const [one, two] = ["accept", "reject"].map((word) => wasmOf(answering(`{"verdict":"${word}"}`.padEnd(30))));
  assert.ok(one !== undefined && two !== undefined);
  const [a, b] = [await cache.compile("a", one, defaultLimits), await cache.compile("b", two, defaultLimits)];
  assert.ok(a.kind === "module" && b.kind === "module");
  assert.equal(a.guarded.module, b.guarded.module);
  assert.notDeepEqual(a.guarded.image, b.guarded.image);
});
