// The build of all plugins: only what changed, one line each, and mistakes end it with 1.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";

const root = join(import.meta.dirname, "..");
const project = mkdtempSync(join(tmpdir(), "qpsmtpd-project-"));
after(() => rmSync(project, { recursive: true }));

mkdirSync(join(project, "plugins-wasm", "shared"), { recursive: true });
symlinkSync(join(root, "sdk"), join(project, "sdk"));
symlinkSync(join(root, "package.json"), join(project, "package.json"));
cpSync(join(root, "plugins-wasm", "build.ts"), join(project, "plugins-wasm", "build.ts"));
writeFileSync(join(project, "plugins-wasm", "shared", "text.ts"), 'export const text = "one";');

function write(name: string, code: string): void {
  const folder = join(project, "plugins-wasm", name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "plugin.ts"), code);
  const manifest = { name, version: "1.0.0", description: "A sample.", licence: "MIT" };
  writeFileSync(join(folder, "plugin.json"), JSON.stringify(manifest));
}

function build(): { readonly code: number | null; readonly built: readonly string[]; readonly problems: string } {
  const permissions = process.versions["deno"] === undefined ? [] : ["run", "-A"];
  const run = spawnSync(process.execPath, [...permissions, join("plugins-wasm", "build.ts")], {
    cwd: project,
    encoding: "utf8",
  });
  const built = [...run.stdout.matchAll(/^built (\S+)\.wasm \(\d+ KiB\) in \d+ ms$/gm)].map(([, name = ""]) => name);
  return { code: run.status, built, problems: run.stderr };
}

test("every plugin is built once, again only when a file that went in has changed, and a mistake stops none but its own", () => {
  write(
    "good",
    'import { text } from "../shared/text.ts"; export default { quit: () => ({ verdict: "accept", text }) };',
  );
  write("other", "export default { quit() {} };");
  write("bad", "export default { quit() {}, quitt() {} };");

  const first = build();
  assert.deepEqual([first.code, first.built], [1, ["good", "other"]]);
  assert.match(
    first.problems,
    /^plugins-wasm\/bad\/plugin\.ts: the default export has `quitt`, which is no hook; [^\n]*\n$/,
  );
  assert.ok(existsSync(join(project, "build", "plugins", "good.wasm")));

  write("bad", "export default { quit() {} };");
  assert.deepEqual(build(), { code: 0, built: ["bad"], problems: "" });
  assert.deepEqual(build(), { code: 0, built: [], problems: "" });

  writeFileSync(join(project, "plugins-wasm", "shared", "text.ts"), 'export const text = "two";');
  assert.deepEqual(build(), { code: 0, built: ["good"], problems: "" });

  rmSync(join(project, "build", "plugins", "other.wasm"));
  assert.deepEqual(build(), { code: 0, built: ["other"], problems: "" });
});
