// Who may import whom. Reads the imports of every source file and fails on a wrong arrow, a cycle, or a barrel.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** For each layer the layers it may import, and which packages; `types` may be imported as types only. */
interface Rule {
  readonly layers?: readonly string[];
  readonly types?: readonly string[];
  readonly packages?: readonly string[];
}

const everything = ["*"];

const rules: { readonly [layer: string]: Rule } = {
  "sdk/contract": {},
  "sdk/typescript": { layers: ["sdk/contract"], packages: ["node:", "esbuild", "valibot", "@extism/extism"] },
  "sdk/examples": { packages: ["#sdk"] },
  "plugins-wasm": { layers: ["sdk/typescript", "sdk/contract"], packages: ["#sdk", "node:", "esbuild"] },
  "src/smtp": { types: ["sdk/contract"] },
  "src/text": {},
  "src/networks": {},
  "src/proxy_protocol": { layers: ["src/networks"], types: ["sdk/contract"] },
  "src/scopes": { layers: ["src/networks"], types: ["src/dns"] },
  "src/log": { layers: ["src/platform"], packages: ["node:"] },
  "src/authentication_results": { types: ["sdk/contract"] },
  "src/policy": { layers: ["src/smtp"], types: ["sdk/contract"] },
  "src/receipts": {
    layers: ["src/smtp", "src/text"],
    types: ["src/log"],
    packages: ["node:"],
  },
  "src/hooks": { layers: ["src/smtp", "src/policy", "sdk/contract"], types: ["src/spool"] },
  "src/plugins/guard": {},
  "src/plugins": {
    layers: [
      "src/authentication_results",
      "sdk/contract",
      "src/text",
      "src/plugins/guard",
      "src/scopes",
      "src/platform",
    ],
    types: ["src/hooks", "src/log", "src/spool", "src/capabilities"],
    packages: ["node:", "@extism/extism", "valibot"],
  },
  "src/dns": { packages: ["node:", "dns-packet"] },
  "src/capabilities": {
    layers: [
      "src/networks",
      "src/scopes",
      "src/dns",
      "src/sasl",
      "src/store",
      "src/spool",
      "src/sql",
      "src/platform",
      "sdk/contract",
    ],
    packages: ["node:", "valibot", "mmdb-lib", "ldapts"],
  },
  "src/store": { packages: ["node:"] },
  "src/sql": { packages: ["node:", "pg"] },
  "src/limits": { layers: ["src/networks", "src/store"], types: ["src/log"], packages: ["node:"] },
  "src/sasl": { types: ["sdk/contract"], packages: ["node:"] },
  "src/spool": { types: ["sdk/contract", "src/smtp"], layers: [], packages: ["node:"] },
  "src/delivery": {
    layers: ["src/spool", "src/smtp", "src/platform"],
    types: ["sdk/contract", "src/log"],
    packages: ["node:"],
  },
  "src/watch": { types: ["sdk/contract", "src/smtp", "src/hooks"] },
  "src/telemetry": {
    layers: ["src/smtp"],
    types: ["sdk/contract", "src/watch", "src/hooks", "src/log"],
    packages: ["node:"],
  },
  "src/live": { layers: ["src/smtp", "sdk/contract"], types: ["src/watch"] },
  "src/metrics": {
    layers: ["src/limits", "src/watch", "sdk/contract"],
    types: ["src/smtp", "src/plugins"],
    packages: ["node:"],
  },
  "src/connection": {
    layers: [
      "src/authentication_results",
      "src/smtp",
      "src/sasl",
      "src/hooks",
      "src/policy",
      "src/receipts",
      "src/spool",
      "src/delivery",
      "src/limits",
      "src/proxy_protocol",
    ],
    types: ["src/log", "sdk/contract", "src/platform", "src/tls", "src/watch"],
    packages: ["node:net"],
  },
  "src/config": {
    layers: ["src/text", "src/dns", "src/networks", "src/scopes", "src/sasl", "src/processes", "src/policy", "src/log"],
    types: ["sdk/contract", "src/plugins", "src/tls", "src/delivery", "src/receipts", "src/sql", "src/telemetry"],
    packages: ["node:", "valibot", "smol-toml", "@valibot/to-json-schema"],
  },
  "src/remote_lists": {
    layers: ["src/capabilities", "src/config", "src/networks", "src/scopes", "src/text"],
    types: ["src/log"],
    packages: ["node:", "valibot"],
  },
  "src/tls": {
    layers: ["src/config", "src/platform", "src/spool"],
    types: ["sdk/contract"],
    packages: ["node:", "@peculiar/x509", "reflect-metadata"],
  },
  "src/processes": {
    layers: ["src/platform", "src/text"],
    types: ["src/generation", "src/log"],
    packages: ["node:", "valibot"],
  },
  "src/migrate": {
    layers: ["src/config", "src/text", "src/policy", "src/plugins", "src/log"],
    types: ["sdk/contract"],
    packages: ["node:net", "node:path", "valibot"],
  },
  "src/platform": { packages: ["node:"] },
  "src/deployments": {
    layers: ["src/config", "src/policy", "src/plugins", "src/spool", "sdk/contract"],
    types: ["src/control"],
    packages: ["node:", "valibot"],
  },
  "src/control": {
    layers: ["src/live", "src/metrics", "src/policy", "src/receipts"],
    types: ["sdk/contract", "src/config", "src/generation"],
    packages: ["node:", "valibot"],
  },
  "src/admin": {
    layers: ["src/control", "src/metrics", "src/plugins", "src/platform", "src/receipts"],
    types: ["sdk/contract", "src/config", "src/live", "src/log"],
    packages: ["node:", "hono", "hono-openapi", "valibot"],
  },
  "src/generation": { layers: everything, packages: ["node:"] },
  "src/daemon": { layers: everything, packages: ["node:"] },
  "src/cli": { layers: everything, packages: ["node:"] },
  "src": { layers: everything, packages: ["node:"] },
};

/** Only these may touch what they wrap. */
const soleImporters: { readonly [specifier: string]: string } = {
  "@extism/extism": "src/plugins/extism_adapter.ts",
  "smol-toml": "src/config/load.ts",
  "dns-packet": "src/dns/message.ts",
  "ldapts": "src/capabilities/ldap_directory.ts",
  "pg": "src/sql/postgres_database.ts",
  "@peculiar/x509": "src/tls/issue_self_signed.ts",
};

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

function sourceFiles(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : sourceFiles(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

const files = ["sdk", "plugins-wasm", "src"].flatMap(sourceFiles);
const shipped = files.filter((file) => !file.endsWith("_test.ts"));
const imports = shipped.flatMap(importsOf);

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const statements = text.matchAll(/^(import|export)\s+(type\s)?([^;'"=]*?)\s*from\s*["']([^"']+)["']/gm);
  const dynamic = [...text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g)];
  return [
    ...[...statements].map(([, , type, names = "", specifier = ""]) => ({
      file,
      specifier,
      typeOnly: type !== undefined || isAllTypes(names),
    })),
    ...dynamic.map(([, specifier = ""]) => ({ file, specifier, typeOnly: false })),
  ];
}

function isAllTypes(names: string): boolean {
  const listed = names.replace(/[{}]/g, "").split(",").map((name) => name.trim()).filter((name) => name !== "");
  return names.includes("{") && listed.every((name) => name.startsWith("type "));
}

function layerOf(file: string): string {
  const layers = Object.keys(rules).sort((a, b) => b.length - a.length);
  return layers.find((layer) => file.startsWith(`${layer}/`)) ?? file;
}

function targetOf({ file, specifier }: Import): string {
  return relative(root, resolve(root, dirname(file), specifier));
}

function isRelative({ specifier }: Import): boolean {
  return specifier.startsWith(".");
}

test("every layer imports only the layers below it", () => {
  const wrong = imports.filter(isRelative).filter((item) => {
    const from = layerOf(item.file);
    const to = layerOf(targetOf(item));
    const rule = rules[from] ?? {};
    const layers = [...rule.layers ?? [], ...(item.typeOnly ? rule.types ?? [] : [])];
    return from !== to && !layers.includes("*") && !layers.includes(to);
  });
  assert.deepEqual(wrong.map((item) => `${item.file} -> ${targetOf(item)}`), []);
});

test("every layer imports only its own packages", () => {
  const wrong = imports.filter((item) => !isRelative(item)).filter(({ file, specifier }) => {
    const packages = rules[layerOf(file)]?.packages ?? [];
    return !packages.some((allowed) => specifier === allowed || specifier.startsWith(allowed));
  });
  assert.deepEqual(wrong.map((item) => `${item.file} -> ${item.specifier}`), []);
});

test("what is wrapped in one file is imported by that file alone", () => {
  const wrong = imports.filter(({ file, specifier, typeOnly }) => {
    const sole = soleImporters[specifier];
    return sole !== undefined && sole !== file && file.startsWith("src/") && !typeOnly;
  });
  assert.deepEqual(wrong.map((item) => `${item.file} -> ${item.specifier}`), []);
});

test("the protocol core is pure: no clock, no waiting, no runtime", () => {
  const impure =
    /\bawait\b|\basync\b|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bsetTimeout\b|\bprocess\b|\bperformance\b|\bBuffer\b/;
  const wrong = shipped.filter((file) => file.startsWith("src/smtp/")).filter((file) => {
    return impure.test(withoutComments(readFileSync(join(root, file), "utf8")));
  });
  assert.deepEqual(wrong, []);
});

test("only src/platform asks which runtime this is", () => {
  const asks = /process\.versions|\bDeno\.|\bBun\./;
  const wrong = shipped.filter((file) => file.startsWith("src/") && !file.startsWith("src/platform/")).filter(
    (file) => {
      return asks.test(withoutComments(readFileSync(join(root, file), "utf8")));
    },
  );
  assert.deepEqual(wrong, []);
});

test("wire text lives in src/smtp/replies.ts alone", () => {
  const literal = /["'`][245]\d\d[ -][\w<]/;
  const wrong = shipped.filter((file) => file.startsWith("src/") && file !== "src/smtp/replies.ts").filter((file) => {
    return literal.test(withoutComments(readFileSync(join(root, file), "utf8")));
  });
  assert.deepEqual(wrong, []);
});

test("no file imports itself through others", () => {
  const graph = new Map<string, string[]>();
  for (const item of imports.filter((each) => isRelative(each) && !each.typeOnly)) {
    graph.set(item.file, [...graph.get(item.file) ?? [], targetOf(item)]);
  }
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [[...path.slice(path.indexOf(file)), file].join(" -> ")];
    if (done.has(file)) return [];
    const cycles = (graph.get(file) ?? []).flatMap((next) => visit(next, [...path, file]));
    done.add(file);
    return cycles;
  };
  assert.deepEqual([...graph.keys()].flatMap((file) => visit(file, [])), []);
});

test("no barrels inside src", () => {
  const wrong = shipped.filter((file) => file.startsWith("src/")).filter((file) => {
    return /^export\s+(\*|\{[^}]*\})\s+from/m.test(readFileSync(join(root, file), "utf8"));
  });
  assert.deepEqual(wrong, []);
});

test("no file holds more than one idea: 300 lines at the most", () => {
  // replies.ts is one table of sentences, and all wire text is to be found in one place.
  const long = files.filter((file) => file !== "src/smtp/replies.ts").map((file) =>
    [file, readFileSync(join(root, file), "utf8").split("\n").length] as const
  );
  assert.deepEqual(long.filter(([, lines]) => lines > 300), []);
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}
