// Makes dist, which is what npm packs beside bin: the program laid out as in the checkout, as JavaScript.

import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { contents, filesUnder, root } from "./contents.ts";

const dist = join(root, "dist");

/** The core that plugins are built on, and what people read. */
function further(): readonly string[] {
  const guides = [...filesUnder("plugins-wasm"), ...filesUnder("sdk")].filter((name) => basename(name) === "README.md");
  return ["sdk/typescript/core/core.wasm", ...guides];
}

/** What the program reads of itself; the package's own stands above it. */
function manifest(): string {
  const { name, version, license, type } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return `${JSON.stringify({ name, version, license, type }, undefined, 2)}\n`;
}

/** The exit code of the compiler. */
function build(): number {
  rmSync(dist, { recursive: true, force: true });
  const compiler = join(root, "node_modules", ".bin", "tsc");
  const compiled = spawnSync(compiler, ["-p", "tsconfig.build.json"], { cwd: root, encoding: "utf8" });
  if (compiled.status !== 0) {
    console.error(compiled.error?.message ?? compiled.stdout);
    return 1;
  }
  for (const name of [...contents(), ...further()]) cpSync(join(root, name), join(dist, name), { recursive: true });
  writeFileSync(join(dist, "package.json"), manifest());
  return 0;
}

process.exitCode = build();
