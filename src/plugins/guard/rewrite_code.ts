// Rewrites the code section, and puts the functions that the guard adds behind those of the module.

import { writeBulk } from "./bulk_code.ts";
import { writeSpend } from "./fuel_code.ts";
import type { Reader } from "./reader.ts";
import { Refused } from "./refused.ts";
import { FunctionRewriter } from "./rewrite_function.ts";
import type { Shape } from "./shape.ts";
import type { Writer } from "./writer.ts";

export function rewriteCode(reader: Reader, writer: Writer, shape: Shape): void {
  const offset = reader.at;
  const count = reader.u32();
  if (count !== shape.functionTypes.length) {
    throw new Refused(offset, `it declares ${shape.functionTypes.length} functions and has the code of ${count}`);
  }
  writer.u32(count + shape.addedFunctions);
  const functions = new FunctionRewriter(reader, shape);
  for (const type of shape.functionTypes) functions.rewrite(reader, writer, type);
  writeSpend(writer, shape);
  if (shape.hasMemory) writeBulk(writer, shape);
}
