import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { parse } from "smol-toml";
import { databaseKeys } from "./database_schema.ts";
import { jsonSchemaText, schemaFile } from "./json_schema.ts";
import { readList } from "./lists.ts";
import { loadConfig } from "./load.ts";

const folder = dirname(schemaFile);
const tomlFile = join(folder, "qpsmtpd.toml");
const toml = readFileSync(tomlFile, "utf8");

/** Lines such as `# state = "../var"`: defaults to uncomment. Prose and the indented example do not look so. */
const commentedKey = /^# (?=[a-z0-9_]+ = |\[\[plugin\]\]$)/gm;

interface JsonSchema {
  readonly properties?: { readonly [key: string]: JsonSchema };
  readonly items?: JsonSchema;
  readonly default?: unknown;
}

const schema = JSON.parse(jsonSchemaText()) as JsonSchema;

function leaves(of: JsonSchema, path: readonly string[]): { path: readonly string[]; standard: unknown }[] {
  if (of.properties === undefined) return [{ path, standard: of.default }];
  return Object.entries(of.properties).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

function lookUp(table: unknown, path: readonly string[]): unknown {
  return path.reduce((inner: unknown, key) => (inner as { readonly [key: string]: unknown } | undefined)?.[key], table);
}

test("the shipped configuration loads without problems and warnings", async () => {
  const loaded = await loadConfig(tomlFile);
  assert.ok(loaded.kind === "config", JSON.stringify(loaded));
  assert.deepEqual(loaded.warnings, []);
  assert.deepEqual(loaded.config.plugin.map(({ name }) => name), [
    "relay",
    "whitelist",
    "hosts_allow",
    "fcrdns",
    "earlytalker",
    "count_unrecognized_commands",
    "dnsbl",
    "rhsbl",
    "helo",
    "auth_flat_file",
    "badmailfrom",
    "resolvable_fromhost",
    "badrcptto",
    "rcpt_ok",
    "headers",
    "quit_fortune",
  ]);
});

/** The TOML parser's tables have no prototype. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

test("every key of the schema stands in the shipped file, and what is commented out is the default", () => {
  const given = parse(toml);
  const uncommented = parse(toml.replace(commentedKey, ""));
  // Keys without a default of their own: what stands there is an example.
  const isExample = (standard: unknown): boolean => standard === undefined;
  for (
    const { path, standard } of leaves(schema, []).filter(({ path }) => path[0] !== "plugin" && path[0] !== "listener")
  ) {
    const name = path.join(".");
    assert.notEqual(lookUp(uncommented, path), undefined, `${name} is not in qpsmtpd.toml`);
    if (lookUp(given, path) !== undefined || isExample(standard)) continue;
    assert.deepEqual(
      plain(lookUp(uncommented, path)),
      standard,
      `${name} is commented out with another value than its default`,
    );
  }
});

test("every key of a listener's table is explained in the shipped file", () => {
  for (const key of Object.keys(schema.properties?.["listener"]?.items?.properties ?? {})) {
    assert.match(toml, new RegExp(`^#   ${key}  +[a-z"]`, "m"));
  }
});

test("every key of a database's table is explained in the shipped file", () => {
  for (const key of databaseKeys) assert.match(toml, new RegExp(`^#   ${key}  +[a-z"]`, "m"));
});

test("every key of a plugin's table is explained in the shipped file", () => {
  for (const key of Object.keys(schema.properties?.["plugin"]?.items?.properties ?? {})) {
    assert.match(toml, new RegExp(`^#   ${key}  +[a-z]`, "m"));
  }
});

test("every limit of a plugin is shown in the shipped file with its default", () => {
  const limits = schema.properties?.["plugin"]?.items?.properties?.["limits"]?.properties ?? {};
  assert.ok(Object.keys(limits).length > 0);
  for (const [key, { default: standard }] of Object.entries(limits)) {
    assert.ok(toml.includes(` ${key} = ${JSON.stringify(standard)}`), key);
  }
});

test("the shipped file with every default uncommented is valid too", async () => {
  const copy = mkdtempSync(join(tmpdir(), "qpsmtpd-shipped-"));
  try {
    writeFileSync(join(copy, "qpsmtpd.toml"), toml.replace(commentedKey, ""));
    const loaded = await loadConfig(join(copy, "qpsmtpd.toml"));
    assert.equal(loaded.kind, "config", JSON.stringify(loaded));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

const shipped: readonly (readonly [name: string, lines: readonly string[]])[] = [
  ["rcpthosts", ["localhost"]],
  ["badrcptto", [
    "!       Sorry, bang paths are not accepted here",
    "%       Sorry, percent signs are not accepted here",
    "@.*@    Sorry, several at signs are not accepted here",
  ]],
  ...[
    "relayclients",
    "norelayclients",
    "whitelisthosts",
    "whitelisthelo",
    "whitelistsenders",
    "whitelistrcpt",
    "hosts_allow",
    "dnsbl_zones",
    "dnsbl_allow",
    "rhsbl_zones",
    "badhelo",
    "badmailfrom",
    "fortunes",
  ].map((name) => [name, []] as const),
];

test("the shipped lists hold what a first try needs, and comments", () => {
  for (const [name, lines] of shipped) {
    const list = readList(folder, name);
    assert.deepEqual(list.lines, lines, name);
    assert.deepEqual(list.problems, [], name);
    assert.match(readFileSync(join(folder, name), "utf8"), /^#/);
  }
});

test("config/qpsmtpd.schema.json is what the schema says: run `node src/config/json_schema.ts` after a change", () => {
  assert.ok(readFileSync(schemaFile, "utf8") === jsonSchemaText());
  assert.match(toml, /^#:schema \.\/qpsmtpd\.schema\.json\n/);
});

test("every plugin of the shipped file, commented out or not, is granted just what its plugin.json needs", () => {
  const { plugin } = parse(toml.replace(commentedKey, "")) as { plugin: { name: string; grant?: string[] }[] };
  assert.ok(plugin.length > 10);
  for (const { name, grant = [] } of plugin) {
    const manifest = join(folder, "..", "plugins-wasm", name, "plugin.json");
    const { needs = [] } = JSON.parse(readFileSync(manifest, "utf8")) as { needs?: string[] };
    // Of a need without a scope the grant may name a part, as `tcp:127.0.0.1:2526` does of `tcp`.
    const granted = grant.map((text) =>
      needs.find((need) => !need.includes(":") && text.startsWith(`${need}:`)) ?? text
    );
    assert.deepEqual(granted.sort(), [...needs].sort(), name);
  }
});
