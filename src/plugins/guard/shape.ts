// What the rewriter learns of a module section by section, and the numbers of what it adds.

import type { GuardLimits } from "./limits.ts";
import { Refused } from "./refused.ts";
import { notesOctets } from "./touch_code.ts";

export interface GlobalShape {
  /** The value type's octet: 0x7f is i32. */
  readonly type: number;
  readonly mutable: boolean;
}

/** Sizes in pages of 64 KiB or in entries, after capping. */
export interface Extent {
  readonly initial: number;
  readonly maximum: number;
}

/** Filled in the order of the sections; every index in it is that of the module as it was. */
export class Shape {
  readonly limits: GuardLimits;
  /** Parameters of each type. */
  readonly parameters: number[] = [];
  importedFunctions = 0;
  /** The type of each function of the module's own. */
  readonly functionTypes: number[] = [];
  readonly globals: GlobalShape[] = [];
  importedGlobals = 0;
  readonly tables: Extent[] = [];
  /** Known before the memory itself, since functions are declared before it. */
  hasMemory = false;
  /** The guest's own, without its notes. */
  memory: Extent | undefined;
  memoryName: string | undefined;
  start: number | undefined;
  /** It exports `_initialize`. */
  initializes = false;
  /** Whether code can put something else into a table, or lengthen it. */
  changesTables = false;
  /** Whether code drops a data or element segment, which no restore can undo. */
  dropsSegments = false;
  /** Whether code can copy data segments into the memory. */
  copiesSegments = false;
  loops = 0;

  constructor(limits: GuardLimits) {
    this.limits = limits;
  }

  get functions(): number {
    return this.importedFunctions + this.functionTypes.length;
  }

  get tickType(): number {
    return this.parameters.length;
  }

  get spendType(): number {
    return this.parameters.length + 1;
  }

  /** The last import. */
  get tickFunction(): number {
    return this.importedFunctions;
  }

  /** The first function behind those of the module. */
  get spendFunction(): number {
    return this.functions + 1;
  }

  /** Only with a memory. */
  get fillFunction(): number {
    return this.functions + 2;
  }

  get copyFunction(): number {
    return this.functions + 3;
  }

  /** The length of the notes in front of the memory. */
  get notesOctets(): number {
    return this.memory === undefined ? 0 : notesOctets(this.memory.maximum);
  }

  /** Of the same type as `tick`. */
  get growFunction(): number {
    return this.functions + 4;
  }

  get bulkType(): number {
    return this.parameters.length + 2;
  }

  get addedFunctions(): number {
    return this.hasMemory ? 4 : 1;
  }

  get fuelGlobal(): number {
    return this.globals.length;
  }

  // An index past the end must not reach what the guard added: a guest that could write the fuel would have no limit.

  type(index: number, offset: number): number {
    if (index >= this.parameters.length) throw new Refused(offset, `there is no type ${index}`);
    return index;
  }

  /** A function's index in the new module: own functions stand one further back, behind `tick`. */
  function(index: number, offset: number): number {
    if (index >= this.functions) throw new Refused(offset, `there is no function ${index}`);
    return index < this.importedFunctions ? index : index + 1;
  }

  global(index: number, offset: number): number {
    if (index >= this.globals.length) throw new Refused(offset, `there is no global ${index}`);
    return index;
  }
}
