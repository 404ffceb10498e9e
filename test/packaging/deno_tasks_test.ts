// The tasks of deno.json have the permissions that they need, and no more than they are said to have.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../support/programs.ts";
import { projectRoot } from "../support/runtimes.ts";

const { tasks } = JSON.parse(readFileSync(join(projectRoot, "deno.json"), "utf8")) as {
  readonly tasks: { readonly [name: string]: string };
};

/** `start` is what all end-to-end tests on Deno begin with. */
const expected: readonly (readonly [task: string, said: RegExp, permissions: readonly string[]])[] = [
  ["check", /^config\/qpsmtpd\.toml: good; /, ["read", "env", "sys=hostname"]],
  ["hooks", /^rcpt +.*rcpt_ok$/m, ["read", "env", "sys=hostname"]],
];

for (const [task, said, permissions] of expected) {
  test(`deno task ${task} works, and may ${permissions.join(", ")}`, async () => {
    const ran = await run(join(projectRoot, "node_modules/.bin/deno"), ["task", "--quiet", task], { cwd: projectRoot });
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, said);
    const allowed = [...(tasks[task] ?? "").matchAll(/--allow-(\w+(?:=hostname\b(?!,))?)/g)].map(([, flag = ""]) =>
      flag
    );
    assert.deepEqual(allowed, permissions);
    assert.match(tasks[task] ?? "", /--allow-env=QPSMTPD_\*,/);
  });
}

test("no task may do everything", () => {
  for (const [name, command] of Object.entries(tasks)) assert.doesNotMatch(command, /--allow-all| -A\b/, name);
});
