// Plays both days on one runtime and prints what became of everybody: node run.ts [Node|Deno|Bun] [PART OF A KIND]

import { runtimes } from "../../support/runtimes.ts";
import { allKinds } from "./all_kinds.ts";
import { outcomeOf } from "./day_table.ts";
import { playDay } from "./play_day.ts";

const [name = "Node", only = ""] = process.argv.slice(2);
const runtime = runtimes.find((each) => each.name === name);
if (runtime === undefined) throw new Error(`There is no runtime "${name}": Node, Deno or Bun`);

for (const isAllOn of [false, true]) {
  const began = Date.now();
  const { outcomes, problems } = await playDay(runtime, isAllOn, allKinds.filter(({ kind }) => kind.includes(only)));
  console.log(`${name}, ${isAllOn ? "all on" : "as shipped"}: ${outcomes.length} kinds, ${Date.now() - began} ms`);
  for (const { kind, problems } of outcomes) {
    if (problems.length === 0) console.log(`  ${kind.kind} -> ${outcomeOf(kind)}`);
    else console.log(`WRONG ${kind.kind}\n  ${problems.join("\n  ")}`);
  }
  for (const problem of problems) console.log(`WRONG ${problem}`);
}
