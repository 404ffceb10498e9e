// Carries out every attack on this runtime, or those whose family or name is an argument; prints a line of JSON for each.

import { writeSync } from "node:fs";
import { everyAttack } from "./every_attack.ts";
import { measure } from "./measure.ts";
import { withStage } from "./stage.ts";

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
const withoutC = process.argv.includes("--without-c");
/** `--after=name`: goes on behind that one, which hung the process before this one. */
let skipTo = process.argv.find((argument) => argument.startsWith("--after="))?.slice("--after=".length);

/** What is under way is told first: who waits for the line after it knows what hangs. */
function print(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

await withStage(async (stage) => {
  for (const [family, attacks] of Object.entries(everyAttack)) {
    if (withoutC && family === "c") continue;
    for (const attack of attacks) {
      if (wanted.length > 0 && !wanted.includes(family) && !wanted.includes(attack.name)) continue;
      if (skipTo !== undefined) {
        if (attack.name === skipTo) skipTo = undefined;
        continue;
      }
      print({ begins: attack.name });
      print(await measure(stage, family, attack));
    }
  }
});
// What a plugin left behind must not keep the process.
process.exit(0);
