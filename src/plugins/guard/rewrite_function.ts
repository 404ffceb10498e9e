// Rewrites the code of one function in one pass: moves function indices and inserts the fuel code.

import { Debt, frameKinds } from "./debt.ts";
import * as fuelCode from "./fuel_code.ts";
import { type LocalGroups, readLocals } from "./locals.ts";
import { immediates, miscellaneousOpcodes, opcodes, tableChanges, vectorOpcodes } from "./opcodes.ts";
import { chargedAtOnce, cheapFunction, importedCallCost, localsPerCost } from "./prices.ts";
import type { Reader } from "./reader.ts";
import { Refused } from "./refused.ts";
import type { Shape } from "./shape.ts";
import { readAddress, skipImmediates, skipStorageImmediates } from "./skip_immediates.ts";
import { skipBlockType } from "./value_types.ts";
import { storedType, TouchCode } from "./touch_code.ts";
import { Writer } from "./writer.ts";

const vectorPrefix = 0xfd;

/** Reused for every function, with its buffers. */
export class FunctionRewriter {
  readonly #shape: Shape;
  readonly #debt: Debt;
  readonly #fuel: fuelCode.FuelCode;
  readonly #touch = new TouchCode();
  readonly #body = new Writer(65_536);
  readonly #prologue = new Writer(64);
  #reader: Reader;
  #locals = 0;
  /** Input up to here is in the output. */
  #copied = 0;
  /** The dearest path to the end of the function that a check inside it does not cover. */
  #ownCharge = 0;
  #calls = false;
  #loops = false;
  #addsLocals = false;

  constructor(reader: Reader, shape: Shape) {
    this.#shape = shape;
    this.#debt = new Debt(shape.limits.nesting);
    this.#fuel = new fuelCode.FuelCode(shape);
    this.#reader = reader;
  }

  rewrite(reader: Reader, writer: Writer, type: number): void {
    const offset = reader.at;
    const [size, most] = [reader.u32(), this.#shape.limits.functionOctets];
    if (size > most) {
      throw new Refused(offset, `a function has ${size} octets of code, and at most ${most} are allowed`);
    }
    const code = reader.part(size);
    this.#reader = code;
    const groups = readLocals(code, this.#shape, this.#shape.parameters[type] ?? 0);
    this.#begin(groups.locals);
    this.#instructions();
    code.expectEnd("a function's code");
    this.#finish(writer, groups);
  }

  #begin(locals: number): void {
    this.#locals = locals;
    this.#debt.begin();
    this.#fuel.begin(locals);
    this.#touch.begin(...this.#fuel.lend);
    this.#body.clear();
    this.#prologue.clear();
    this.#copied = this.#reader.at;
    this.#calls = false;
    this.#loops = false;
    this.#addsLocals = false;
  }

  #finish(writer: Writer, groups: LocalGroups): void {
    const inAdvance = this.#loops ? fuelCode.pendingMost : 0;
    const charge = Math.max(this.#ownCharge, 0) + Math.floor(groups.declared / localsPerCost) + inAdvance;
    if (this.#calls || charge > cheapFunction) this.#fuel.enter(this.#prologue, charge);
    const place = writer.gap(5);
    const start = writer.length;
    writer.u32(groups.count + (this.#addsLocals ? 1 + this.#touch.groups : 0));
    writer.copy(this.#reader.bytes, groups.from, groups.to);
    if (this.#addsLocals) writer.octets([...fuelCode.addedLocals, ...this.#touch.locals]);
    writer.append(this.#prologue);
    writer.append(this.#body);
    writer.fill(place, 5, writer.length - start);
  }

  #instructions(): void {
    const reader = this.#reader;
    const debt = this.#debt;
    while (debt.depth > 0) {
      const opcode = reader.octet();
      const follows = opcodes.follows[opcode] as number;
      debt.current += opcodes.cost[opcode] as number;
      if (follows === immediates.local) {
        const local = reader.u32();
        if (local >= this.#locals) throw new Refused(reader.at, `there is no local ${local}`);
      } else if (follows === immediates.memory) {
        skipImmediates(follows, reader);
      } else if (follows !== immediates.none) {
        this.#instruction(opcode, follows);
      }
      if (debt.current >= chargedAtOnce && debt.depth > 0) this.#charge();
    }
    this.#flush(reader.at);
  }

  #instruction(opcode: number, follows: number): void {
    const reader = this.#reader;
    if (follows === immediates.prefix) {
      this.#prefixed(opcode);
    } else if (follows === immediates.unknown) {
      throw new Refused(reader.at - 1, `the opcode 0x${opcode.toString(16)} is not known`);
    } else if (follows < immediates.local) {
      skipImmediates(follows, reader);
    } else if (follows < immediates.block) {
      this.#indexed(follows);
    } else if (follows < immediates.memoryInit) {
      this.#control(follows);
    } else {
      this.#storage(follows, reader.at - 1, opcode);
    }
  }

  #prefixed(prefix: number): void {
    const reader = this.#reader;
    const start = reader.at - 1;
    const table = prefix === 0xfc ? miscellaneousOpcodes : vectorOpcodes;
    const opcode = reader.u32();
    const follows = table.follows[opcode] ?? immediates.unknown;
    if (follows === immediates.unknown) {
      throw new Refused(start, `the opcode 0x${prefix.toString(16)} 0x${opcode.toString(16)} is not known`);
    }
    this.#debt.current += table.cost[opcode] as number;
    if (follows < immediates.local) skipImmediates(follows, reader);
    else this.#storage(follows, start, opcode);
  }

  #indexed(follows: number): void {
    const reader = this.#reader;
    const start = reader.at;
    if (follows === immediates.global) {
      this.#shape.global(reader.u32(), start);
    } else if (follows === immediates.typeAndTable) {
      this.#shape.type(reader.u32(), start);
      reader.u32();
      this.#calls = true;
    } else {
      const moved = this.#shape.function(reader.u32(), start);
      if (follows === immediates.call) this.#call(moved);
      this.#flush(start);
      this.#body.u32(moved);
      this.#copied = reader.at;
    }
  }

  #call(target: number): void {
    this.#calls = true;
    if (target < this.#shape.importedFunctions) this.#debt.current += importedCallCost;
  }

  #control(follows: number): void {
    const reader = this.#reader;
    const debt = this.#debt;
    const start = reader.at - 1;
    switch (follows) {
      case immediates.block:
      case immediates.try:
        skipBlockType(reader, this.#shape);
        return debt.open(frameKinds.block, 0, start);
      case immediates.if:
        skipBlockType(reader, this.#shape);
        return debt.open(frameKinds.if, 0, start);
      case immediates.loop:
        return this.#loop(start);
      case immediates.tryTable:
        return this.#tryTable(start);
      case immediates.else:
        return debt.else(start);
      case immediates.end:
      case immediates.delegate:
        return this.#end(follows === immediates.delegate);
      case immediates.catch:
        reader.u32();
        return debt.catch();
      case immediates.catchAll:
        return debt.catch();
      default:
        return this.#jump(follows, start);
    }
  }

  #jump(follows: number, start: number): void {
    const reader = this.#reader;
    const debt = this.#debt;
    switch (follows) {
      case immediates.branchIf:
        return debt.branch(reader.u32(), start);
      case immediates.branch:
        debt.branch(reader.u32(), start);
        return debt.leave();
      case immediates.branchTable:
        for (let rest = reader.u32(); rest >= 0; rest--) debt.branch(reader.u32(), start);
        return debt.leave();
      case immediates.throwTag:
      case immediates.rethrow:
        reader.u32();
        break;
      case immediates.tailCall:
        this.#indexed(follows);
        this.#calls = true;
        break;
      case immediates.tailCallIndirect:
        this.#indexed(immediates.typeAndTable);
        break;
    }
    debt.leaveFunction();
  }

  #loop(start: number): void {
    skipBlockType(this.#reader, this.#shape);
    this.#flush(this.#reader.at);
    this.#debt.open(frameKinds.loop, this.#fuel.loop(this.#body), start);
    this.#loops = true;
    this.#addsLocals = true;
    this.#shape.loops += 1;
  }

  #end(isDelegate: boolean): void {
    const debt = this.#debt;
    if (isDelegate) this.#reader.u32();
    if (debt.kind === frameKinds.loop) fuelCode.fillCharge(this.#body, debt.remembered, debt.dearest);
    if (debt.kind === frameKinds.function) {
      debt.leaveFunction();
      this.#ownCharge = debt.dearest;
    }
    debt.close();
  }

  #tryTable(start: number): void {
    const reader = this.#reader;
    skipBlockType(reader, this.#shape);
    for (let rest = reader.u32(); rest > 0; rest--) {
      const kind = reader.octet();
      if (kind > 3) throw new Refused(reader.at - 1, "a handler of `try_table` is of unknown kind");
      if (kind < 2) reader.u32();
      this.#debt.branchCaught(reader.u32(), start);
    }
    this.#debt.open(frameKinds.block, 0, start);
  }

  #store(follows: number, start: number, opcode: number): void {
    const offset = readAddress(this.#reader);
    if (follows === immediates.storeLane) this.#reader.skip(1);
    const type = storedType(opcode, this.#reader.bytes[start] === vectorPrefix);
    this.#flush(start);
    this.#addsLocals = true;
    this.#touch.store(this.#body, type, offset);
  }

  /** Instructions on memory, tables and segments whose time hangs on an operand, or that no restore undoes. */
  #storage(follows: number, start: number, opcode: number): void {
    if (follows >= immediates.store) return this.#store(follows, start, opcode);
    const reader = this.#reader;
    const shape = this.#shape;
    if (follows === immediates.dropSegment) shape.dropsSegments = true;
    if (follows === immediates.memoryInit) shape.copiesSegments = true;
    if (tableChanges.has(follows)) shape.changesTables = true;
    const price = fuelCode.operandPrices.get(follows);
    if (price !== undefined) {
      this.#flush(start);
      this.#addsLocals = true;
      this.#fuel.operand(this.#body, price);
    }
    if (follows === immediates.memoryInit) this.#touch.range(this.#body);
    skipStorageImmediates(follows, opcode, reader);
    if (follows === immediates.memoryCopy) this.#callInstead(start, shape.copyFunction);
    if (follows === immediates.memoryFill) this.#callInstead(start, shape.fillFunction);
  }

  /** The operands stay as they are: the added function takes the same. */
  #callInstead(start: number, added: number): void {
    this.#flush(start);
    this.#body.octet(0x10);
    this.#body.u32(added);
    this.#copied = this.#reader.at;
  }

  #charge(): void {
    this.#flush(this.#reader.at);
    this.#fuel.charge(this.#body, this.#debt.current);
    this.#debt.current = 0;
  }

  #flush(to: number): void {
    if (to > this.#copied) this.#body.copy(this.#reader.bytes, this.#copied, to);
    this.#copied = to;
  }
}
