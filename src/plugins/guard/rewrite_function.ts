// Rewrites the code of one function in one pass: moves functions and addresses, inserts fuel code and notes.

import { CodeCopy } from "./code_copy.ts";
import { Debt, frameKinds } from "./debt.ts";
import * as fuelCode from "./fuel_code.ts";
import { type LocalGroups, readLocals } from "./locals.ts";
import { immediates, miscellaneousOpcodes, opcodes, vectorOpcodes } from "./opcodes.ts";
import { chargedAtOnce, cheapFunction, importedCallCost, localsPerCost } from "./prices.ts";
import type { Reader } from "./reader.ts";
import { Refused } from "./refused.ts";
import { StorageRewriter } from "./rewrite_storage.ts";
import type { Shape } from "./shape.ts";
import { skipImmediates } from "./skip_immediates.ts";
import { skipBlockType } from "./value_types.ts";
import { Writer } from "./writer.ts";

/** Reused for every function, with its buffers. */
export class FunctionRewriter {
  readonly #shape: Shape;
  readonly #debt: Debt;
  readonly #fuel: fuelCode.FuelCode;
  readonly #copy: CodeCopy;
  readonly #storage: StorageRewriter;
  readonly #prologue = new Writer(64);
  #locals = 0;
  /** The dearest path to the end of the function that a check inside it does not cover. */
  #ownCharge = 0;
  #calls = false;
  #loops = false;

  constructor(reader: Reader, shape: Shape) {
    this.#shape = shape;
    this.#debt = new Debt(shape.limits.nesting);
    this.#fuel = new fuelCode.FuelCode(shape);
    this.#copy = new CodeCopy(reader);
    this.#storage = new StorageRewriter(this.#copy, shape, this.#fuel);
  }

  rewrite(reader: Reader, writer: Writer, type: number): void {
    const offset = reader.at;
    const [size, most] = [reader.u32(), this.#shape.limits.functionOctets];
    if (size > most) {
      throw new Refused(offset, `a function has ${size} octets of code, and at most ${most} are allowed`);
    }
    const code = reader.part(size);
    const groups = readLocals(code, this.#shape, this.#shape.parameters[type] ?? 0);
    this.#copy.begin(code);
    this.#begin(groups.locals);
    this.#instructions();
    code.expectEnd("a function's code");
    this.#finish(writer, groups);
  }

  #begin(locals: number): void {
    this.#locals = locals;
    this.#debt.begin();
    this.#fuel.begin(locals);
    this.#storage.begin();
    this.#prologue.clear();
    this.#calls = false;
    this.#loops = false;
  }

  #finish(writer: Writer, groups: LocalGroups): void {
    const inAdvance = this.#loops ? fuelCode.pendingMost : 0;
    const charge = Math.max(this.#ownCharge, 0) + Math.floor(groups.declared / localsPerCost) + inAdvance;
    if (this.#calls || charge > cheapFunction) this.#fuel.enter(this.#prologue, charge);
    const place = writer.gap(5);
    const start = writer.length;
    const { touch } = this.#storage;
    const addsLocals = this.#loops || this.#storage.addsLocals;
    writer.u32(groups.count + (addsLocals ? 1 + touch.groups : 0));
    writer.copy(this.#copy.reader.bytes, groups.from, groups.to);
    if (addsLocals) writer.octets([...fuelCode.addedLocals, ...touch.locals]);
    writer.append(this.#prologue);
    writer.append(this.#copy.body);
    writer.fill(place, 5, writer.length - start);
  }

  #instructions(): void {
    const reader = this.#copy.reader;
    const debt = this.#debt;
    while (debt.depth > 0) {
      const opcode = reader.octet();
      const follows = opcodes.follows[opcode] as number;
      debt.current += opcodes.cost[opcode] as number;
      if (follows === immediates.local) {
        const local = reader.u32();
        if (local >= this.#locals) throw new Refused(reader.at, `there is no local ${local}`);
      } else if (follows === immediates.memory) {
        this.#storage.address();
      } else if (follows !== immediates.none) {
        this.#instruction(opcode, follows);
      }
      if (debt.current >= chargedAtOnce && debt.depth > 0) this.#charge();
    }
    this.#copy.flush(reader.at);
  }

  #instruction(opcode: number, follows: number): void {
    const reader = this.#copy.reader;
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
      this.#storage.rewrite(follows, reader.at - 1, opcode);
    }
  }

  #prefixed(prefix: number): void {
    const reader = this.#copy.reader;
    const start = reader.at - 1;
    const table = prefix === 0xfc ? miscellaneousOpcodes : vectorOpcodes;
    const opcode = reader.u32();
    const follows = table.follows[opcode] ?? immediates.unknown;
    if (follows === immediates.unknown) {
      throw new Refused(start, `the opcode 0x${prefix.toString(16)} 0x${opcode.toString(16)} is not known`);
    }
    this.#debt.current += table.cost[opcode] as number;
    if (follows === immediates.memory || follows === immediates.memoryAndLane) {
      this.#storage.address();
      if (follows === immediates.memoryAndLane) reader.skip(1);
    } else if (follows < immediates.local) skipImmediates(follows, reader);
    else this.#storage.rewrite(follows, start, opcode);
  }

  #indexed(follows: number): void {
    const reader = this.#copy.reader;
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
      this.#copy.flush(start);
      this.#copy.body.u32(moved);
      this.#copy.replaced();
    }
  }

  #call(target: number): void {
    this.#calls = true;
    if (target < this.#shape.importedFunctions) this.#debt.current += importedCallCost;
  }

  #control(follows: number): void {
    const reader = this.#copy.reader;
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
    const reader = this.#copy.reader;
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
    skipBlockType(this.#copy.reader, this.#shape);
    this.#copy.flush(this.#copy.reader.at);
    this.#debt.open(frameKinds.loop, this.#fuel.loop(this.#copy.body), start);
    this.#loops = true;
    this.#shape.loops += 1;
  }

  #end(isDelegate: boolean): void {
    const debt = this.#debt;
    if (isDelegate) this.#copy.reader.u32();
    if (debt.kind === frameKinds.loop) fuelCode.fillCharge(this.#copy.body, debt.remembered, debt.dearest);
    if (debt.kind === frameKinds.function) {
      debt.leaveFunction();
      this.#ownCharge = debt.dearest;
    }
    debt.close();
  }

  #tryTable(start: number): void {
    const reader = this.#copy.reader;
    skipBlockType(reader, this.#shape);
    for (let rest = reader.u32(); rest > 0; rest--) {
      const kind = reader.octet();
      if (kind > 3) throw new Refused(reader.at - 1, "a handler of `try_table` is of unknown kind");
      if (kind < 2) reader.u32();
      this.#debt.branchCaught(reader.u32(), start);
    }
    this.#debt.open(frameKinds.block, 0, start);
  }

  #charge(): void {
    this.#copy.flush(this.#copy.reader.at);
    this.#fuel.charge(this.#copy.body, this.#debt.current);
    this.#debt.current = 0;
  }
}
