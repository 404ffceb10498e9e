import assert from "node:assert/strict";
import { plainPolicy } from "../policy/policy.ts";
import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { buildPlugin, stopBuilding } from "../../sdk/typescript/build_plugin.ts";
import { loadText } from "../../test/support/load_text.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import type { Config, PluginEntry } from "../config/config.ts";
import { defaultLimits } from "../plugins/plugin_limits.ts";
import { PluginFiles } from "./plugin_files.ts";
import { pluginKey } from "./plugin_key.ts";

const folder = temporaryFolder();
const file = join(folder, "probe.wasm");

before(async () => {
  mkdirSync(join(folder, "probe"));
  writeFileSync(join(folder, "probe/plugin.ts"), `export default { quit() { return { verdict: "pass" }; } };`);
  const manifest = { name: "probe", version: "1.0.0", description: "For tests.", licence: "MIT", lists: ["names"] };
  writeFileSync(join(folder, "probe/plugin.json"), JSON.stringify(manifest));
  const built = await buildPlugin({ source: join(folder, "probe/plugin.ts") });
  assert.ok(built.kind === "built", JSON.stringify(built));
  writeFileSync(file, built.wasm);
  await stopBuilding();
});

test("a plugin file is read once, and again when it was replaced by one of the same size", async () => {
  const files = new PluginFiles(-1);
  const first = await files.look(file);
  assert.deepEqual(first?.lists, ["names"]);
  assert.equal(await files.look(file), first);
  const changed = readFileSync(file);
  const last = changed.length - 1;
  changed[last] = (changed[last] ?? 0) ^ 1;
  writeFileSync(join(folder, "new"), changed);
  copyFileSync(file, join(folder, "old"));
  renameSync(join(folder, "new"), file);
  const second = await files.look(file);
  assert.notEqual(second?.digest, first?.digest);
  renameSync(join(folder, "old"), file);
  assert.equal((await files.look(file))?.digest, first?.digest);
});

test("a file that has just been written may change again without a new time stamp, so it is not remembered", async () => {
  const files = new PluginFiles();
  assert.notEqual(await files.look(file), await files.look(file));
});

test("what is no plugin, no file or not there is nothing", async () => {
  const files = new PluginFiles(-1);
  writeFileSync(join(folder, "text"), "text");
  for (const path of [join(folder, "text"), join(folder, "gone"), folder, "/dev/zero"]) {
    assert.equal(await files.look(path), undefined, path);
  }
});

const seen = { digest: "d", lists: ["names"] };
const entry: PluginEntry = {
  name: "probe",
  label: "probe",
  settings: { a: 1 },
  grant: ["dns"],
  state: "fresh",
  limits: defaultLimits,
  policy: plainPolicy,
  order: 0,
  off: false,
};

/** What is changed, and whether the plugin must be loaded anew for it. */
const rows: readonly (readonly [
  what: string,
  isNew: boolean,
  change: {
    readonly seen?: Partial<typeof seen>;
    readonly entry?: Partial<PluginEntry>;
    readonly config?: Partial<Config>;
    readonly lines?: readonly string[];
  },
])[] = [
  ["nothing", false, {}],
  ["the path of its file", false, { entry: { file: "/elsewhere/probe.wasm" } }],
  ["its policy", false, { entry: { policy: { ...plainPolicy, mode: "late" } } }],
  ["what plugins are not told", false, { config: { hostname: "mx.test", reload: { watch: true } } }],
  ["dns, which stays as the server was started with", false, { config: { dns: { servers: [], timeout: 1 } } }],
  ["the octets of its file", true, { seen: { digest: "e" } }],
  ["its settings", true, { entry: { settings: { a: 2 } } }],
  ["its label", true, { entry: { label: "other" } }],
  ["its grants", true, { entry: { grant: ["dns", "store"] } }],
  ["its state", true, { entry: { state: "keep" } }],
  ["one of its limits", true, { entry: { limits: { ...defaultLimits, log: 1 } } }],
  ["on_error", true, { entry: { onError: "pass" } }],
  ["a line of its list", true, { lines: ["b"] }],
  ["the server's name", true, { config: { hostname: "other.test" } }],
];

for (const [what, isNew, change] of rows) {
  test(`a plugin is ${isNew ? "loaded anew" : "kept"} when this changes: ${what}`, async () => {
    const { loaded } = await loadText(`hostname = "mx.test"`);
    assert.ok(loaded.kind === "config");
    const { config } = loaded;
    const changed = pluginKey(
      { ...seen, ...change.seen },
      { ...entry, ...change.entry },
      { ...config, ...change.config },
      () => change.lines ?? ["a"],
    );
    const base = { ...entry, ...(change.entry?.grant?.length === 0 ? { grant: [] } : {}) };
    assert.equal(changed !== pluginKey(seen, base, config, () => ["a"]), isNew);
  });
}
