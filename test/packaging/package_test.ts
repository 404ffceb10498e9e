// What `npm pack` makes is all that somebody needs to run the server on Node, and to write plugins.

import assert from "node:assert/strict";
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  serveIn,
  tryConfiguration,
  tryMail,
  tryMigration,
  tryWithoutConfiguration,
} from "../support/packed_program.ts";
import { run } from "../support/programs.ts";
import { projectRoot } from "../support/runtimes.ts";

const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-package-"));
const installed = join(folder, "node_modules", "qpsmtpd");
const command = [process.execPath, join(folder, "node_modules", ".bin", "qpsmtpd")] as const;
after(() => rmSync(folder, { recursive: true, force: true }));

let packed: readonly string[] = [];

before(async () => {
  const pack = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: projectRoot });
  assert.equal(pack.code, 0, pack.stdout + pack.stderr);
  const [made] = JSON.parse(pack.stdout.slice(pack.stdout.indexOf("[\n"))) as {
    readonly filename: string;
    readonly files: readonly { readonly path: string }[];
  }[];
  packed = made?.files.map(({ path }) => path) ?? [];
  writeFileSync(join(folder, "package.json"), `{ "private": true, "type": "module" }`);
  const flags = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"];
  const install = await run("npm", ["install", ...flags, join(folder, made?.filename ?? "")], { cwd: folder });
  assert.equal(install.code, 0, install.stderr);
});

describe("the npm package", () => {
  test("holds the program, its plugins and the SDK, and nothing of its making", () => {
    for (const name of ["LICENSE", "README.md", "bin/qpsmtpd.js", "dist/src/main.js", "dist/config/qpsmtpd.toml"]) {
      assert.ok(packed.includes(name), name);
    }
    const places =
      /^(?:LICENSE|README\.md|package\.json|bin\/qpsmtpd\.js|dist\/.*\.(?:js|json|md|wasm|html|css|svg|txt))$/;
    const others = /^dist\/(?:sdk\/.*\.d\.ts|config\/\w+(?:\.toml)?|LICENSE)$/;
    assert.deepEqual(packed.filter((name) => !places.test(name) && !others.test(name)), []);
    assert.deepEqual(packed.filter((name) => /_test\b|build\.json$|\/secret/.test(name) && !/sasl/.test(name)), []);
  });

  test("is installed with its command", () => {
    assert.ok(lstatSync(command[1]).isSymbolicLink());
  });

  test("says what it is, and that there is no configuration", () => tryWithoutConfiguration(command, folder));

  test("makes a configuration, and tells mistakes", () => tryConfiguration(command, folder));

  test("migrates an old configuration", () => tryMigration(command, folder));

  test("serves with its own plugins, and reloads", async () => {
    await tryMail(await serveIn(command, folder), folder);
  });

  test("compiles a plugin that imports its SDK, whose types are right", async () => {
    const source = join(folder, "second_try");
    mkdirSync(source);
    const readme = readFileSync(join(installed, "README.md"), "utf8");
    const example = /^```ts\n(import \{ definePlugin[^]*?)^```$/m.exec(readme)?.[1] ?? "";
    writeFileSync(join(source, "plugin.ts"), example.replace('"#sdk"', '"qpsmtpd/sdk"'));
    const manifest = /^```json\n(\{ "name": "second_try"[^]*?)^```$/m.exec(readme)?.[1] ?? "";
    writeFileSync(join(source, "plugin.json"), manifest);
    const [program, script] = command;
    const made = await run(program, [script, "plugin", "build", "second_try/plugin.ts", "-o", "a.wasm"], {
      cwd: folder,
    });
    assert.match(made.stdout, /^a\.wasm: second_try 1\.0\.0, \d+ octets, hooks mail$/m, made.stderr);
    const strict = { strict: true, module: "nodenext", target: "esnext", noEmit: true, types: [] };
    const config = JSON.stringify({ compilerOptions: strict, include: ["second_try"] });
    writeFileSync(join(folder, "tsconfig.json"), config);
    const typed = await run(join(projectRoot, "node_modules", ".bin", "tsc"), ["-p", "."], { cwd: folder });
    assert.equal(typed.code, 0, typed.stdout);
  });
});
