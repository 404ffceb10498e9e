// What the builder promises of its output, and how it names an author's mistakes.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { hookNames } from "../contract/contract.ts";
import { openBare } from "./bare_host.ts";
import { stopBuilding } from "./build_plugin.ts";
import { coreFile } from "./builder/snapshot.ts";
import { Cursor, readSections, sectionBody, sectionIds } from "./builder/wasm_reader.ts";
import { buildSample, sampleWasm } from "./sample_plugin.ts";

after(stopBuilding);

const code = `
  import { definePlugin, reject } from "#sdk";
  export default definePlugin({
    rcpt(event) { return reject(event.forwardPath.domain + new URL("http://a").host); },
    mail() {},
  });`;

test("a plugin imports the documented functions and no more", async () => {
  const { imports } = await openBare(await sampleWasm(code));
  const kernel = ["alloc", "error_set", "log_debug", "log_error", "log_info", "log_warn", "store_u64", "store_u8"];
  assert.deepEqual(imports, [
    ...kernel.map((name) => `extism:host/env.${name}`),
    ...["answer_write", "event_length", "event_read"].map((name) => `qpsmtpd.${name}`),
  ]);
});

test("a plugin that needs a capability imports what asking the host takes, and is otherwise the same", async () => {
  const asking = await sampleWasm(code, { needs: ["clock", "event:client"] });
  const { imports } = await openBare(asking, { fulfil: () => ({ value: 1 }) });
  const own = imports.filter((name) => name.startsWith("qpsmtpd.")).map((name) => name.slice("qpsmtpd.".length));
  assert.deepEqual(own, ["answer_write", "content_read", "event_length", "event_read", "host_call", "host_result"]);
  const silent = await openBare(await sampleWasm(code, { needs: ["event:client"] }));
  assert.ok(!silent.imports.includes("qpsmtpd.host_call"));
});

test("of the host only what is needed is part of a plugin", async () => {
  const names = ["dns", "store", "http", "tcp", "run", "ldap", "sql", "content", "crypto", "clock"];
  const sizes = await Promise.all([["clock"], names].map(async (needs) => (await sampleWasm(code, { needs })).length));
  assert.ok((sizes[1] ?? 0) - (sizes[0] ?? 0) > 10_000, sizes.join(" "));
});

test("a plugin exports its memory, `configure` and every hook: equal code can be shared", async () => {
  const { exports } = await openBare(await sampleWasm(code));
  assert.deepEqual(Object.keys(exports).sort(), ["configure", ...hookNames, "memory"].sort());
});

test("the memory of a plugin ends at 32 MiB", async () => {
  const body = new Cursor(sectionBody(readSections(await sampleWasm(code)), sectionIds.memory));
  const [count, flags, minimum, maximum] = [body.octet(), body.octet(), body.unsigned(), body.unsigned()];
  assert.deepEqual([count, flags, maximum], [1, 1, 512]);
  assert.ok(minimum <= 24, `a small plugin begins with ${minimum} pages`);
});

test("the manifest stands in the custom section, with the hooks of the code", async () => {
  const built = await buildSample(code, { lists: ["rcpthosts"], onError: "pass" });
  if (built.kind === "failed") return assert.fail(built.problems.join());
  const section = new Cursor(sectionBody(readSections(built.wasm), sectionIds.custom));
  assert.equal(section.name(), "qpsmtpd.plugin");
  const content = new TextDecoder().decode(
    sectionBody(readSections(built.wasm), sectionIds.custom).subarray(section.at),
  );
  assert.deepEqual(JSON.parse(content), {
    ...{ name: "sample", version: "1.0.0", contract: 1, description: "A sample.", licence: "MIT" },
    ...{ hooks: ["mail", "rcpt"], needs: [], lists: ["rcpthosts"], settings: {}, onError: "pass" },
  });
  assert.deepEqual(built.manifest, JSON.parse(content));
});

test("the same sources make the same octets, wherever they lie", async () => {
  const [first, second] = [await sampleWasm(code), await sampleWasm(code)];
  assert.ok(Buffer.from(first).equals(second));
});

test("what a plugin does not name is not in it", async () => {
  const [without, withUrl] = [await sampleWasm(code.replace('new URL("http://a").host', '""')), await sampleWasm(code)];
  assert.ok(withUrl.length - without.length > 10_000, "URL costs something");
  assert.ok(without.length < 740_000, `a plugin without polyfills has ${without.length} octets`);
});

test("a hook may come from a class", async () => {
  const built = await buildSample("class P { rcpt() {} } export default new P();");
  assert.deepEqual(built.kind === "built" && built.manifest.hooks, ["rcpt"]);
});

test("core.wasm is the file whose digest is recorded", async () => {
  const digest = createHash("sha256").update(await readFile(coreFile)).digest("hex");
  assert.equal(await readFile(`${coreFile}.sha256`, "utf8"), `${digest}  core.wasm\n`);
});

const mistakes: readonly [title: string, code: string, problem: RegExp][] = [
  [
    "an unknown hook",
    "export default { rcpt() {}, recpt() {} };",
    new RegExp(`plugin.ts: .*\`recpt\`.* no hook; there are configure, ${hookNames.join(", ")}$`),
  ],
  ["a hook that is no function", "export default { rcpt: 5 };", /plugin\.ts: .*`rcpt` is no function$/],
  ["no hook", "export default { configure() {} };", /plugin\.ts: the default export has no hook; write/],
  ["no default export", "export const rcpt = 1;", /No matching export .* for import "default"/],
  ["a syntax error", "export default {\n  rcpt( {};", /plugin\.ts:2:\d+: /],
  [
    "an import that is not there",
    'import "./none.ts"; export default {};',
    /plugin\.ts:1:8: Could not resolve "\.\/none\.ts"/,
  ],
  ["a module of Node", 'import "node:fs"; export default {};', /plugin\.ts:1:8: Could not resolve "node:fs"/],
  [
    "an exception",
    'throw new TypeError("too soon");',
    /plugin\.ts: it threw while it was evaluated: TypeError: too soon/,
  ],
  ["something missing", "fetch('http://a'); export default {};", /ReferenceError: fetch is not defined/],
];

for (const [title, source, problem] of mistakes) {
  test(`a plugin with ${title} does not build, and the author is told where`, async () => {
    const built = await buildSample(source);
    assert.equal(built.kind, "failed");
    assert.match(built.kind === "failed" ? built.problems[0] ?? "" : "", problem);
  });
}

test("a plugin without plugin.json does not build", async () => {
  const built = await buildSample(code, null);
  assert.match(built.kind === "failed" ? built.problems.join() : "", /plugin\.json: there is no such file/);
});

test("a need that is none is a mistake in plugin.json", async () => {
  const built = await buildSample(code, { needs: ["dns", "tcp:3310"] });
  assert.match(
    built.kind === "failed" ? built.problems.join() : "",
    /plugin\.json: needs\.1: "tcp:3310" has a scope that is not like tcp:127\.0\.0\.1:3310/,
  );
});

test("a mistake in plugin.json is a mistake of the plugin", async () => {
  const built = await buildSample(code, { version: "one" });
  assert.match(built.kind === "failed" ? built.problems.join() : "", /plugin\.json: version: expected a version/);
});
