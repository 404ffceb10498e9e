// Reads the groups of locals at the head of a function's code.

import type { Reader } from "./reader.ts";
import type { Shape } from "./shape.ts";
import { readValueType } from "./value_types.ts";

export interface LocalGroups {
  /** Where the groups stand in the module. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Parameters included. */
  readonly locals: number;
  readonly declared: number;
}

export function readLocals(reader: Reader, shape: Shape, parameters: number): LocalGroups {
  const most = shape.limits.locals;
  const count = reader.count(most, "groups of locals");
  const from = reader.at;
  let declared = 0;
  for (let i = 0; i < count; i++) {
    declared += reader.count(most - declared, "more locals in one function");
    readValueType(reader);
  }
  return { from, to: reader.at, count, locals: parameters + declared, declared };
}
