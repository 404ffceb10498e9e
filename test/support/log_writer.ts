// A process that logs many lines to its standard output. Argument: the character that its lines are made of.

import process from "node:process";
import { LineWriter } from "../../src/log/line_writer.ts";

const [, , mark = "x"] = process.argv;
const writer = new LineWriter(process.stdout);

for (let count = 0; count < 3000; count++) {
  writer.write(mark.repeat(1 + (count * 1571) % 4090));
  if (count % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
}
