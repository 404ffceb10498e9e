// Runs a plugin's table of cases twice: natively, and as the .wasm file that the builder makes of it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Answer, Events, HookName, Host, JsonObject, Plugin } from "#sdk";
import { ask, configure, fakeHost } from "#sdk/testing";
import type { Configuration } from "#sdk/testing";
import { hookNames } from "../../sdk/contract/contract.ts";
import type { Manifest, Setting } from "../../sdk/contract/manifest.ts";
import { buildPlugin } from "../../sdk/typescript/build_plugin.ts";

/** What the plugin must answer, whole: a field too many fails as well. */
export type Case = {
  [H in HookName]: readonly [
    title: string,
    configuration: Configuration,
    hook: H,
    event: Events[H],
    expected: Answer,
  ];
}[HookName];

/** A configuration that must keep the plugin from loading: the path of its one problem, and how the message begins. */
export type Misconfigured = readonly [title: string, configuration: Configuration, path: string, message: string];

/** Which hooks are asked with this configuration, in the order of a session. */
export type Asked = readonly [title: string, configuration: Configuration, hooks: readonly HookName[]];

/** The part of test/support/run_wasm.ts that is used here; passed in, since plugins know nothing of the host. */
export type RunWasm = (wasm: Uint8Array, configuration: Configuration) => Promise<WasmRun>;
export type WasmRun =
  | {
    readonly kind: "running";
    readonly plugin: { readonly hooks: readonly HookName[] };
    ask(hook: HookName, event: Events[HookName]): Promise<Answer>;
    close(): Promise<void> | void;
  }
  | { readonly kind: "problems"; readonly problems: readonly { readonly path: string; readonly message: string }[] };

export interface PluginUnderTest<Setup> {
  readonly plugin: Plugin<Setup>;
  /** The plugin's own folder, with plugin.ts and plugin.json. */
  readonly folder: string;
  readonly runWasm: RunWasm;
  /** A fake one for each native case, of a plugin that asks its host; `runWasm` gives the real one. */
  readonly host?: () => Host;
  readonly cases: readonly Case[];
  readonly misconfigured?: readonly Misconfigured[];
  readonly asked?: readonly Asked[];
}

/** Declares the tests; a setting that a case leaves out has its default from plugin.json. */
export function testPlugin<Setup>(subject: PluginUnderTest<Setup>): void {
  describe("native", () => testNatively(subject));
  describe("wasm", () => testAsWasm(subject));
}

const serverName = "mx.server.example";

function testNatively<Setup>(subject: PluginUnderTest<Setup>): void {
  const { plugin, folder, cases, misconfigured = [], asked = [], host = fakeHost } = subject;
  // What the host does before it configures a plugin.
  const defaults = defaultSettings(folder);
  function complete(configuration: Configuration): Configuration {
    return { serverName, ...configuration, settings: { ...defaults, ...configuration.settings } };
  }

  for (const [title, configuration, hook, event, expected] of cases) {
    test(title, () => {
      const { setup, problems } = configure(plugin, complete(configuration));
      assert.deepEqual(problems, []);
      // The row's type ties hook and event together; taken apart, the compiler loses sight of that.
      const asking = plugin as Plugin<Setup | undefined>;
      const answer = ask<Setup | undefined, HookName>(asking, hook, event as never, setup, host());
      assert.deepEqual(answer, expected);
    });
  }
  for (const [title, configuration, path, message] of misconfigured) {
    test(title, () => assertProblem(configure(plugin, complete(configuration)).problems, path, message));
  }
  for (const [title, configuration, hooks] of asked) {
    test(title, () => {
      const { unused } = configure(plugin, complete(configuration));
      assert.deepEqual(hookNames.filter((hook) => plugin[hook] !== undefined && !unused.includes(hook)), hooks);
    });
  }
}

function testAsWasm<Setup>(subject: PluginUnderTest<Setup>): void {
  const running = builtOnce(subject);

  for (const [title, configuration, hook, event, expected] of subject.cases) {
    test(title, async () => {
      const run = await running(configuration);
      if (run.kind === "problems") assert.fail(JSON.stringify(run.problems));
      assert.deepEqual(await run.ask(hook, event), expected);
    });
  }
  for (const [title, configuration, path, message] of subject.misconfigured ?? []) {
    test(title, async () => {
      const run = await running(configuration);
      assertProblem(run.kind === "problems" ? run.problems : [], path, message);
    });
  }
  for (const [title, configuration, hooks] of subject.asked ?? []) {
    test(title, async () => {
      const run = await running(configuration);
      assert.deepEqual(run.kind === "running" && run.plugin.hooks, hooks);
    });
  }
}

/** Builds the plugin before the first test, and keeps one instance for all rows of a configuration. */
function builtOnce<Setup>({ folder, runWasm }: PluginUnderTest<Setup>): (given: Configuration) => Promise<WasmRun> {
  let wasm = new Uint8Array();
  // Sharing is on purpose: what a plugin remembered from one row would show in the next.
  const runs = new Map<string, Promise<WasmRun>>();

  before(async () => {
    const built = await buildPlugin({ source: join(folder, "plugin.ts") });
    if (built.kind !== "built") assert.fail(`plugin.ts does not build: ${JSON.stringify(built)}`);
    wasm = new Uint8Array(built.wasm);
  });
  after(async () => {
    for (const run of await Promise.all(runs.values())) if (run.kind === "running") await run.close();
  });
  return (configuration) => {
    const key = JSON.stringify(configuration);
    const run = runs.get(key) ?? runWasm(wasm, { serverName, ...configuration });
    runs.set(key, run);
    return run;
  };
}

function assertProblem(problems: readonly { path: string; message: string }[], path: string, message: string): void {
  assert.deepEqual(problems.map((problem) => problem.path), [path]);
  // Only the beginning: behind it may stand the words of whichever engine read the expression.
  assert.equal(problems[0]?.message.slice(0, message.length), message);
}

function defaultSettings(folder: string): JsonObject {
  const manifest = JSON.parse(readFileSync(join(folder, "plugin.json"), "utf8")) as Pick<Manifest, "settings">;
  const given = Object.entries<Setting>(manifest.settings).filter(([, setting]) => setting.default !== undefined);
  return Object.fromEntries(given.map(([name, setting]) => [name, setting.default ?? null]));
}
