// What each runtime says of the machine's load, against what the kernel says itself.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { SystemLoad } from "./system_load.ts";

const modules = join(import.meta.dirname, "..", "..", "node_modules");
const module = JSON.stringify(join(import.meta.dirname, "system_load.ts"));
const code = `import { systemLoad } from ${module}; console.log(JSON.stringify(systemLoad() ?? "unknown"));`;

const rows: readonly (readonly [name: string, command: readonly string[]])[] = [
  ["Node", ["node", "--input-type=module-typescript", "-e", code]],
  ["Deno", ["deno", "eval", code]],
  ["Bun", ["bun", "-e", code]],
];

for (const [name, [program = "", ...options]] of rows) {
  test(`${name} says how busy the machine is`, () => {
    const ran = spawnSync(join(modules, ".bin", program), options, { encoding: "utf8", timeout: 20_000 });
    assert.equal(ran.status, 0, ran.stderr);
    const load = JSON.parse(ran.stdout) as SystemLoad;
    assert.equal(load.processors, availableParallelism());
    const kernel = readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 3).map(Number);
    assert.equal(load.averages.length, 3);
    for (const [index, average] of load.averages.entries()) assert.ok(Math.abs(average - (kernel[index] ?? 0)) < 5);
  });
}
