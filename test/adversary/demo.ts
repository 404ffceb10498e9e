// `npm run demo:hostile [-- deno]`: every adversary against a running daemon, and a table of what came of it.

import { spawnSync } from "node:child_process";
import { runtimes } from "../support/runtimes.ts";
import { bystanderCount, cpuLimit } from "./limits.ts";
import { runOn } from "./run_on.ts";
import { heading, legend, rowOf } from "./table.ts";

const [given = "node", ...rest] = process.argv.slice(2);
const runtime = runtimes.find(({ name }) => name.toLowerCase() === given.toLowerCase());
if (runtime === undefined) {
  console.error(
    `"${given}" is no runtime: write npm run demo:hostile -- node, deno or bun, and then families or names`,
  );
  process.exit(2);
}

const withoutC = spawnSync("clang", ["--version"]).status !== 0 || spawnSync("wasm-ld", ["--version"]).status !== 0;
if (withoutC) console.log("The attacks in C are left out: they need clang and lld (apt-get install clang lld).\n");
console.log(
  `On ${runtime.name}; a plugin may run for ${cpuLimit} ms; ${bystanderCount} honest sessions talk meanwhile.`,
);
for (const line of legend) console.log(line);
console.log(`\n${heading}`);
let family = "";
const { rows, broke } = await runOn(runtime.name, withoutC ? ["--without-c", ...rest] : rest, (row) => {
  if (row.family !== family) console.log(`\n${row.family}`);
  family = row.family;
  console.log(rowOf(row));
});
const failed = rows.filter(({ problems, doubtful }) => problems.length + doubtful.length > 0).length;
const answers = rows.reduce((sum, { bystanders }) => sum + bystanders, 0);
console.log(
  `\n${rows.length} attacks, ${rows.length - failed} stopped as promised; honest sessions got ${answers} answers.`,
);
for (const why of broke) console.error(`It broke off in ${why}`);
process.exitCode = failed === 0 && broke.length === 0 ? 0 : 1;
