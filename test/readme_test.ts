// The README's plugin is built and asked, so that it stays true.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { buildPlugin, stopBuilding } from "../sdk/typescript/build_plugin.ts";
import { mailEvent } from "../sdk/typescript/testing.ts";
import { projectRoot } from "./support/runtimes.ts";
import { runWasm } from "./support/run_wasm.ts";

const readme = readFileSync(join(projectRoot, "README.md"), "utf8");

after(stopBuilding);

test("the plugin in ten lines does what the README says", async () => {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-readme-"));
  const source = join(folder, "plugin.ts");
  writeFileSync(source, /```ts\n([^]*?)```/.exec(readme)?.[1] ?? "");
  writeFileSync(join(folder, "plugin.json"), /```json\n([^]*?)```/.exec(readme)?.[1] ?? "");
  const built = await buildPlugin({ source });
  rmSync(folder, { recursive: true });
  assert.ok(built.kind === "built", JSON.stringify(built));
  const running = await runWasm(built.wasm, {});
  assert.ok(running.kind === "running", JSON.stringify(running));
  const first = await running.ask("mail", mailEvent());
  assert.partialDeepStrictEqual(first, { verdict: "defer", notes: { session: { tried: true } } });
  const second = await running.ask("mail", mailEvent({ notes: { session: { tried: true } } }));
  assert.deepEqual(second, { verdict: "pass" });
  await running.close();
});

test("its two commands stand at the top, and every file it names exists", () => {
  assert.match(readme, /^# qpsmtpd\n\n {4}npm install && npm start\n {4}npm install && npm test\n/);
  for (const [, path = ""] of readme.matchAll(/\]\(((?!https?:)[^)]+)\)/g)) {
    assert.ok(existsSync(join(projectRoot, path.replace(/#.*/, ""))), path);
  }
});
