import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { mailEvent, rcptEvent } from "../../sdk/typescript/testing.ts";
import { buildPlugin } from "../../sdk/typescript/build_plugin.ts";
import { loadConfig } from "../config/load.ts";
import type { Changes } from "./change_lists.ts";
import { changesBetween } from "./changes.ts";
import type { Generation, GenerationPlugin } from "./generation.ts";
import { type LoadedGeneration, loadGeneration } from "./load.ts";
import { programFilesIn, shippedPlugins } from "../platform/program_files.ts";
import { emptyHost } from "./open_host.ts";
import { PluginFiles } from "./plugin_files.ts";
import { SharedParts } from "./shared_parts.ts";

type Shared = SharedParts<GenerationPlugin>;

const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-generation-"));

const source = `export default {
  configure(given, host) {
    given.lists.names.forEach((line, i) => line === "bad" && given.problem("lists.names[" + i + "]", "is bad"));
    if (given.lists.names.length === 0) given.unused("mail");
    host.log("warn", "max is " + given.settings.max);
  },
  mail() { return { verdict: "pass" }; },
  rcpt(_event, _setup, host) {
    host.log("info", "asked");
    return { verdict: "pass" };
  },
};`;

const manifest = {
  name: "probe",
  version: "1.0.0",
  description: "For tests.",
  licence: "MIT",
  lists: ["names"],
  settings: { max: { type: "integer", description: "Any.", default: 3 } },
  onError: "defer",
};

before(async () => {
  for (const name of ["plugins", "empty", "config"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "plugin.ts"), source);
  writeFileSync(join(folder, "plugin.json"), JSON.stringify(manifest));
  const built = await buildPlugin({ source: join(folder, "plugin.ts") });
  assert.ok(built.kind === "built", JSON.stringify(built));
  writeFileSync(join(folder, "plugins/probe.wasm"), built.wasm);
  writeFileSync(join(folder, "plugins/broken.wasm"), "no wasm");
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** Loads a configuration of these plugin tables; `names` is the text of the list file. */
async function load(
  tables: string,
  names = "",
  log: string[] = [],
  shared: Shared = new SharedParts(),
): Promise<LoadedGeneration> {
  writeFileSync(join(folder, "config/names"), names);
  const file = join(folder, "config/qpsmtpd.toml");
  const directories = tables.includes("directories") ? "" : `plugins.directories = ["../empty", "../plugins"]\n`;
  writeFileSync(file, `${directories}${tables}`);
  const loaded = await loadConfig(file);
  assert.ok(loaded.kind === "config", JSON.stringify(loaded));
  return await loadGeneration(loaded.config, {
    log: (level, message, fields) => void log.push(`${level} ${message} ${JSON.stringify(fields)}`),
    host: emptyHost(),
    plugins: shared,
    files: new PluginFiles(),
  });
}

/** The plugins that come with the program, as they stand in a message behind others; there are less than 50. */
const own = programFilesIn(shippedPlugins).filter((name) => name.endsWith(".wasm")).map((name) =>
  `, ${name.slice(0, -5)}`
)
  .join("");

/** `@` stands for the folder. */
const refused: readonly (readonly [rule: string, tables: string, names: string, problems: readonly string[]])[] = [
  ["a plugin that is nowhere", `[[plugin]]\nname = "greylist"`, "", [
    `@/config/qpsmtpd.toml: plugin.1 (greylist): no file greylist.wasm in @/empty, @/plugins or the program's own ` +
    `plugins: build it, or correct plugin.1.name; there are: broken, probe${own}`,
  ]],
  ["a mistyped name", `[[plugin]]\nname = "prob"\nlabel = "x"`, "", [
    `@/config/qpsmtpd.toml: plugin.1 (x): no file prob.wasm in @/empty, @/plugins or the program's own plugins, ` +
    `did you mean "probe"? there are: broken, probe${own}`,
  ]],
  ["a plugin that is nowhere, and no folders", `plugins.directories = []\n[[plugin]]\nname = "greylist"`, "", [
    `@/config/qpsmtpd.toml: plugin.1 (greylist): no file greylist.wasm in the program's own plugins: ` +
    `build it, or correct plugin.1.name; there are: ${own.slice(2)}`,
  ]],
  [
    "settings of a wrong kind and of an unknown name, and the next plugin too",
    `[[plugin]]\nname = "probe"\nsettings = { max = "many", mx = 1 }\n[[plugin]]\nname = "broken"`,
    "",
    [
      `@/config/qpsmtpd.toml: plugin.1 (probe): settings.mx: is no setting of this plugin, did you mean "max"?`,
      `@/config/qpsmtpd.toml: plugin.1 (probe): settings.max: must be an integer, not "many"`,
      `@/config/qpsmtpd.toml: plugin.2 (broken): file: is no WebAssembly module`,
    ],
  ],
  ["a line of a list that the plugin objects to", `[[plugin]]\nname = "probe"`, "# names\ngood\n\nbad", [
    `@/config/names:4: is bad (for plugin.1, probe)`,
  ]],
  ["a file of another name", `[[plugin]]\nname = "helo"\nfile = "../plugins/probe.wasm"`, "", [
    `@/config/qpsmtpd.toml: plugin.1 (helo): manifest.name: ` +
    `the file is the plugin "probe", and is configured as "helo"`,
  ]],
  ["a file that is not there", `[[plugin]]\nname = "helo"\nfile = "x.wasm"`, "", [
    `@/config/qpsmtpd.toml: plugin.1 (helo): file: there is no "@/config/x.wasm": build the plugin, or correct the path`,
  ]],
  ["a folder of recipients' wishes that is not there", `policy.recipients = "nope"`, "", [
    `@/config/qpsmtpd.toml: policy.recipients: there is no folder @/config/nope: make it, or correct the path, which is ` +
    "relative to the folder of the configuration file",
  ]],
  [
    "a trusted key that is none, though signatures are not demanded",
    `plugins.directories = ["../plugins"]\nplugins.trusted_keys = ["abc"]`,
    "",
    [`@/config/qpsmtpd.toml: plugins.trusted_keys[0]: there is no file @/config/abc: give a key in base64, or a PEM file`],
  ],
];

for (const [rule, tables, names, problems] of refused) {
  test(`generation refused: ${rule}`, async () => {
    const loaded = await load(tables, names);
    const expected = problems.map((problem) => problem.replaceAll("@", folder));
    assert.deepEqual(loaded, { kind: "problems", problems: expected });
  });
}

test("generation: a database of SQLite that cannot be read is a warning", async () => {
  mkdirSync(join(folder, "config/dir"));
  writeFileSync(join(folder, "config/there.sqlite"), "");
  const tables = ["gone.sqlite", "dir", "there.sqlite"].map((path, index) => {
    return `[database.d${index}]\nkind = "sqlite"\npath = "${path}"\n`;
  });
  const loaded = await load(tables.join(""));
  assert.ok(loaded.kind === "generation", JSON.stringify(loaded));
  const place = `${folder}/config/qpsmtpd.toml: database`;
  assert.deepEqual(loaded.generation.warnings, [
    `${place}.d0.path: there is no file ${folder}/config/gone.sqlite, so whoever asks it is told to come again`,
    `${place}.d1.path: ${folder}/config/dir is no file, so whoever asks it is told to come again`,
  ]);
});

test("generation: without a file of the operator's the plugin that came with the program is taken", async () => {
  const grant =
    `grant = ["event:recipients", "event:user", "event:marks", "verdict:accept@rcpt", "verdict:reject@rcpt"]`;
  const ours = await load(`plugins.directories = ["../none"]\n[[plugin]]\nname = "rcpt_ok"\n${grant}`);
  assert.ok(ours.kind === "generation", JSON.stringify(ours));
  await ours.generation.close();
  writeFileSync(join(folder, "plugins/rcpt_ok.wasm"), "no wasm");
  const theirs = await load(`[[plugin]]\nname = "rcpt_ok"\n${grant}`);
  rmSync(join(folder, "plugins/rcpt_ok.wasm"));
  assert.match(theirs.kind === "problems" ? theirs.problems.join() : "", /is no WebAssembly module/);
});

test("generation: plugins stand in the order of the configuration, under their labels", async () => {
  const tables = `[[plugin]]\nname = "probe"\nlabel = "second"\non_error = "pass"\n[[plugin]]\nname = "probe"`;
  const log: string[] = [];
  const loaded = await load(tables, "good", log);
  assert.ok(loaded.kind === "generation", JSON.stringify(loaded));
  const { plugins, chains, close } = loaded.generation;
  assert.deepEqual(plugins.map(({ name, onError }) => [name, onError]), [["second", "pass"], ["probe", "defer"]]);
  assert.deepEqual(chains.rcpt.map(({ name }) => name), ["second", "probe"]);
  assert.deepEqual(chains.mail.map(({ name }) => name), ["second", "probe"]);
  assert.deepEqual(chains.quit, []);
  assert.match(plugins[0]?.digest ?? "", /^[0-9a-f]{64}$/);
  assert.equal(log[0], `warn plugin says {"plugin":"second","text":"max is 3"}`);
  log.length = 0;
  await plugins[0]?.call("rcpt", rcptEvent());
  const { session, transaction } = rcptEvent();
  const said = { hook: "rcpt", session: session.id, transaction: transaction.id, plugin: "second", text: "asked" };
  assert.deepEqual(log, [`info plugin says ${JSON.stringify(said)}`]);
  await close();
});

test("generation: a plugin under a label answers, counts and closes as without", async () => {
  const loaded = await load(`[[plugin]]\nname = "probe"\nlabel = "other"`);
  assert.ok(loaded.kind === "generation");
  const [plugin] = loaded.generation.plugins;
  assert.ok(plugin !== undefined);
  const event = {
    time: 0,
    seed: 0,
    session: {
      id: "1",
      client: { address: "192.0.2.1", port: 1 },
      server: { address: "192.0.2.2", port: 25, name: "mx.test" },
    },
    reversePath: null,
    parameters: {},
  };
  assert.equal((await plugin.call("mail", event)).kind, "answered");
  assert.equal(plugin.counters.answered, 1);
  await loaded.generation.close();
  assert.equal((await plugin.call("mail", event)).kind, "failed");
});

test("generation: hooks that a plugin does not need with these lists have no place in the chain", async () => {
  const loaded = await load(`[[plugin]]\nname = "probe"`, "# empty");
  assert.ok(loaded.kind === "generation");
  assert.deepEqual(loaded.generation.chains.mail, []);
  assert.equal(loaded.generation.chains.rcpt.length, 1);
  await loaded.generation.close();
});

test("generation: what is wrong with a list's includes is a warning, once for all plugins", async () => {
  const tables = `[[plugin]]\nname = "probe"\n[[plugin]]\nname = "probe"\nlabel = "b"`;
  const loaded = await load(tables, "good\n$include gone");
  assert.ok(loaded.kind === "generation");
  assert.deepEqual(loaded.generation.warnings, [
    `${folder}/config/names:2: $include ${folder}/config/gone: no such file`,
  ]);
  await loaded.generation.close();
});

test("generation: a plugin stays the same until its file or what it is given changes, whatever the others do", async () => {
  const shared: Shared = new SharedParts();
  const probe = (max: number): string => `[[plugin]]\nname = "probe"\nsettings = { max = ${max} }`;
  const tables = (max: number): string => `${probe(max)}\n${second}`;
  const second = `[[plugin]]\nname = "probe"\nlabel = "second"`;
  const steps: readonly (readonly [tables: string, names: string, changes: Partial<Changes>])[] = [
    [tables(1), "a", { kept: ["probe", "second"] }],
    [`${tables(1)}\nmode = "monitor"`, "a", { kept: ["probe", "second"], rejudged: ["second"] }],
    [tables(1), "a", { kept: ["probe", "second"], rejudged: ["second"] }],
    [`${tables(1)}\norder = 3`, "a", { kept: ["probe", "second"], rejudged: ["second"] }],
    [`${second}\n${probe(1)}`, "a", { kept: ["second", "probe"], rejudged: ["second"] }],
    [tables(1), "a", { kept: ["probe", "second"], rejudged: ["second"] }],
    [tables(2), "a", { changed: ["probe"], kept: ["second"] }],
    [tables(2), "b", { changed: ["probe", "second"] }],
    [second, "b", { removed: ["probe"], kept: ["second"] }],
    [tables(2), "b", { added: ["probe"], kept: ["second"] }],
    [`${tables(2)}\nlimits.cpu = "20ms"`, "b", { changed: ["second"], kept: ["probe"] }],
    [`limits.sessions = 5\n${tables(2)}`, "b", { changed: ["second"], kept: ["probe"], tables: ["limits"] }],
    [`hostname = "other.test"\n${tables(2)}`, "b", { changed: ["probe", "second"], tables: ["hostname", "limits"] }],
  ];
  let before = await loadedFrom(tables(1), "a", shared);
  for (const [text, names, changes] of steps) {
    const after = await loadedFrom(text, names, shared);
    const nothing = { added: [], changed: [], removed: [], kept: [], rejudged: [], tables: [] };
    assert.deepEqual(changesBetween(before, after), { ...nothing, ...changes });
    await before.close();
    before = after;
  }
  await before.close();
  assert.equal(shared.size, 0);
});

test("generation: a plugin that both have outlives the first, and goes with the second", async () => {
  const shared: Shared = new SharedParts();
  const first = await loadedFrom(`[[plugin]]\nname = "probe"`, "a", shared);
  const second = await loadedFrom(`[[plugin]]\nname = "probe"`, "a", shared);
  const [plugin] = second.plugins;
  assert.ok(plugin !== undefined && plugin === first.plugins[0]);
  await first.close();
  assert.equal((await plugin.call("mail", mailEvent())).kind, "answered");
  await second.close();
  assert.equal((await plugin.call("mail", mailEvent())).kind, "failed");
});

test("generation: what does not load takes nothing from the generation in force", async () => {
  const shared: Shared = new SharedParts();
  const inForce = await loadedFrom(`[[plugin]]\nname = "probe"`, "a", shared);
  const broken = await load(`[[plugin]]\nname = "probe"\n[[plugin]]\nname = "broken"`, "a", [], shared);
  assert.equal(broken.kind, "problems");
  assert.equal((await inForce.plugins[0]?.call("mail", mailEvent()))?.kind, "answered");
  await inForce.close();
  assert.equal(shared.size, 0);
});

async function loadedFrom(tables: string, names: string, shared: Shared): Promise<Generation> {
  const loaded = await load(tables, names, [], shared);
  assert.ok(loaded.kind === "generation", JSON.stringify(loaded));
  return loaded.generation;
}

test("generation: a configuration without plugins is one", async () => {
  const loaded = await load("");
  assert.ok(loaded.kind === "generation");
  assert.deepEqual(loaded.generation.plugins, []);
  await loaded.generation.close();
});
