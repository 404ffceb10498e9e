// A worker on Deno cannot start programs, whatever its primary may.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { projectRoot } from "../../test/support/runtimes.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { forgetRun } from "./forget_run.ts";

/** Deno compares paths as they are when every link is followed. */
const program = realpathSync("/bin/true");

const script = `
import { forgetRun } from "${join(projectRoot, "src/platform/forget_run.ts")}";
import { spawn } from "node:child_process";
if (Deno.args[0] === "forget") forgetRun();
try {
  spawn("${program}").on("error", (error) => console.log(error.name, error.message)).on("exit", () => console.log("ran"));
} catch (error) {
  console.log(error.name, error.message);
}
`;

const rows: readonly (readonly [flag: string, forgets: boolean, says: string])[] = [
  [`--allow-run=${program}`, false, "ran"],
  [`--allow-run=${program}`, true, "NotCapable Requires run access"],
  ["--allow-run", true, "NotCapable Requires run access"],
];

const path = join(temporaryFolder(), "script.ts");
writeFileSync(path, script);

for (const [flag, forgets, says] of rows) {
  test(`Deno with ${flag}, ${forgets ? "forgetting it" : "as it is"}: ${says}`, () => {
    const deno = join(projectRoot, "node_modules/.bin/deno");
    const args = [
      "run",
      "--no-prompt",
      "--quiet",
      "--no-check",
      "--allow-env",
      "--allow-read",
      flag,
      path,
      forgets ? "forget" : "keep",
    ];
    assert.equal(spawnSync(deno, args, { encoding: "utf8" }).stdout.trim().slice(0, says.length), says);
  });
}

test("elsewhere there is nothing to forget", () => {
  assert.doesNotThrow(forgetRun);
});
