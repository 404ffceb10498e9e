// Tests of plugins that remember: dialogues over time, natively with the fake store and as wasm with the real one.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { HookName } from "../../sdk/contract/contract.ts";
import type { Events } from "../../sdk/contract/event.ts";
import type { Manifest } from "../../sdk/contract/manifest.ts";
import type { Answer } from "../../sdk/contract/verdict.ts";
import { buildPlugin } from "../../sdk/typescript/build_plugin.ts";
import type { Host, Plugin } from "../../sdk/typescript/define_plugin.ts";
import { HostError } from "../../sdk/typescript/host/host_error.ts";
import { ask, type Configuration, configure, fakeHost } from "../../sdk/typescript/testing.ts";
import { storeCapability } from "../../src/capabilities/store.ts";
import { openStore, type SqliteStore } from "../../src/store/sqlite_store.ts";
import { bareHost, type RunningWasm, runWasm } from "./run_wasm.ts";
import { temporaryFolder } from "./temporary_folder.ts";

/** Seconds after the beginning, what is asked, and the whole answer. */
export type Step = {
  [H in HookName]: readonly [at: number, hook: H, event: Events[H], expected: Answer];
}[HookName];

/** What the plugin remembers from step to step; every dialogue begins with an empty store. */
export type Dialogue = readonly [title: string, configuration: Configuration, steps: readonly Step[]];

export interface Remembering<Setup> {
  readonly plugin: Plugin<Setup>;
  /** The plugin's own folder. */
  readonly folder: string;
  readonly dialogues: readonly Dialogue[];
  /** What must be answered with a line in the log when the store does not work. */
  readonly broken: readonly [configuration: Configuration, ...steps: Step[]];
}

/** When dialogues begin. */
export const beginning: number = Date.UTC(2026, 0, 1);

/** The plugin as wasm, each time with a new instance of its own on a store at that path. */
export type Open = (configuration: Configuration, path: string, now: () => number) => Promise<Opened>;
export interface Opened {
  readonly run: RunningWasm;
  readonly store: SqliteStore;
}

/** Declares the tests, and gives what opens the plugin as wasm, for tests of its own. */
export function testRemembering<Setup>(subject: Remembering<Setup>): { readonly open: Open; readonly folder: string } {
  const complete = withDefaults(subject.folder);
  describe("natively, with a fake store", () => testNatively(subject, complete));
  const folder = temporaryFolder();
  const open = opener(subject.folder);
  describe("as wasm, with the real store", () => testAsWasm(subject, open, folder));
  return { open, folder };
}

function testNatively<Setup>(
  { plugin, dialogues, broken: [configuration, ...steps] }: Remembering<Setup>,
  complete: (configuration: Configuration) => Configuration,
): void {
  const play = (given: Configuration, steps: readonly Step[], host: Host, turn: (time: number) => void): void => {
    const { setup, problems } = configure(plugin, complete(given));
    assert.deepEqual(problems, []);
    for (const [at, hook, event, expected] of steps) {
      turn(beginning + at * 1000);
      const asked = { ...event, time: beginning + at * 1000 };
      const answered = ask<Setup | undefined, HookName>(
        plugin as Plugin<Setup | undefined>,
        hook,
        asked as never,
        setup,
        host,
      );
      assert.deepEqual(answered, expected, `after ${at} s`);
    }
  };
  for (const [title, given, steps] of dialogues) {
    test(title, () => {
      let time = beginning;
      play(given, steps, fakeHost({ store: {}, now: () => time }), (now) => void (time = now));
    });
  }
  test("a store that does not work lets everyone pass, and the log says so", () => {
    const host = fakeHost({ store: {} });
    const fail = (): never => {
      throw new HostError("failed", "the store does not work at the moment");
    };
    const store = { ...host.store, get: fail, compareAndSet: fail };
    const logged: string[] = [];
    const log = (level: string, text: string): void => void logged.push(`${level} ${text}`);
    play(configuration, steps, { ...host, store, log }, () => {});
    assert.equal(logged.length, steps.length);
    for (const line of logged) assert.match(line, /^warn The store does not work/);
  });
}

function testAsWasm<Setup>({ dialogues, broken }: Remembering<Setup>, open: Open, folder: string): void {
  const play = async ({ run }: Opened, steps: readonly Step[], turn: (time: number) => void): Promise<void> => {
    for (const [at, hook, event, expected] of steps) {
      turn(beginning + at * 1000);
      const answered = await run.ask(hook, { ...event, time: beginning + at * 1000 } as Events[typeof hook]);
      assert.deepEqual(answered, expected, `after ${at} s`);
    }
  };
  for (const [index, [title, given, steps]] of dialogues.entries()) {
    test(title, async () => {
      let time = beginning;
      const opened = await open(given, join(folder, `${index}.sqlite`), () => time);
      await play(opened, steps, (now) => void (time = now));
    });
  }
  test("a store that does not work lets everyone pass, and the log says so", async () => {
    const [configuration, ...steps] = broken;
    const opened = await open(configuration, join(folder, "broken.sqlite"), () => beginning);
    await opened.store.close();
    await play(opened, steps, () => {});
    assert.equal(opened.run.logged.length, steps.length);
    for (const line of opened.run.logged) assert.match(line, /^warn The store does not work/);
  });
}

/** Builds the plugin before the first test, and closes everything after the last. */
function opener(folder: string): Open {
  let wasm = new Uint8Array();
  const all: Opened[] = [];
  before(async () => {
    const built = await buildPlugin({ source: join(folder, "plugin.ts") });
    if (built.kind !== "built") assert.fail(`plugin.ts does not build: ${JSON.stringify(built)}`);
    wasm = new Uint8Array(built.wasm);
  });
  after(async () => {
    for (const { run, store } of all) {
      await run.close();
      await store.close();
    }
  });
  return async (configuration, path, now) => {
    const opened = await openStore(path, { now });
    if (opened.kind === "failed") return assert.fail(opened.message);
    const capability = storeCapability(opened.store, () => {});
    const run = await runWasm(wasm, { ...configuration, host: bareHost(new Map([["store", capability]])) });
    if (run.kind === "problems") return assert.fail(JSON.stringify(run.problems));
    all.push({ run, store: opened.store });
    return { run, store: opened.store };
  };
}

/** What the host does before it configures a plugin. */
function withDefaults(folder: string): (configuration: Configuration) => Configuration {
  const { settings } = JSON.parse(readFileSync(join(folder, "plugin.json"), "utf8")) as Pick<Manifest, "settings">;
  const given = Object.entries(settings).filter(([, setting]) => setting.default !== undefined);
  const defaults = Object.fromEntries(given.map(([name, setting]) => [name, setting.default ?? null]));
  return (configuration) => ({ ...configuration, settings: { ...defaults, ...configuration.settings } });
}
