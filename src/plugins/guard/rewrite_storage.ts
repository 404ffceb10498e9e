// Rewrites the instructions on memory, tables and segments: addresses behind the notes, a note before each store, a
// price where an operand says how long they take.

import type { CodeCopy } from "./code_copy.ts";
import { type FuelCode, operandPrices } from "./fuel_code.ts";
import { immediates, tableChanges } from "./opcodes.ts";
import type { Shape } from "./shape.ts";
import { skipAlignment, skipStorageImmediates } from "./skip_immediates.ts";
import { lessNotes, storedType, TouchCode } from "./touch_code.ts";

const vectorPrefix = 0xfd;

export class StorageRewriter {
  readonly touch: TouchCode = new TouchCode();
  /** Whether the function needs the locals that the guard adds. */
  addsLocals = false;
  readonly #copy: CodeCopy;
  readonly #shape: Shape;
  readonly #notes: number;
  readonly #fuel: FuelCode;

  constructor(copy: CodeCopy, shape: Shape, fuel: FuelCode) {
    this.#copy = copy;
    this.#shape = shape;
    this.#notes = shape.notesOctets;
    this.#fuel = fuel;
  }

  /** A function begins, for which the fuel code has begun. */
  begin(): void {
    this.touch.begin(...this.#fuel.lend);
    this.addsLocals = false;
  }

  /** Alignment and offset; in the new module all addresses lie behind the notes. */
  address(): void {
    const { reader, body } = this.#copy;
    skipAlignment(reader);
    this.#copy.flush(reader.at);
    // What would be above 32 bits lies outside either way: notes and memory together are shorter.
    body.u32(Math.min(reader.u32() + this.#notes, 0xffff_ffff));
    this.#copy.replaced();
  }

  /** Everything else; its opcode begins at `start`, and the reader is behind it. */
  rewrite(follows: number, start: number, opcode: number): void {
    if (follows === immediates.store || follows === immediates.storeLane) return this.#store(follows, start, opcode);
    const { reader, body } = this.#copy;
    const shape = this.#shape;
    if (follows === immediates.dropSegment) shape.dropsSegments = true;
    if (follows === immediates.memoryInit) shape.copiesSegments = true;
    if (tableChanges.has(follows)) shape.changesTables = true;
    const price = operandPrices.get(follows);
    if (price !== undefined) {
      this.#copy.flush(start);
      this.addsLocals = true;
      this.#fuel.operand(body, price);
    }
    if (follows === immediates.memoryInit) this.touch.init(body, this.#notes);
    skipStorageImmediates(follows, opcode, reader);
    if (follows === immediates.memorySize) this.#lessNotes();
    if (follows === immediates.memoryGrow) this.#callInstead(start, shape.growFunction);
    if (follows === immediates.memoryCopy) this.#callInstead(start, shape.copyFunction);
    if (follows === immediates.memoryFill) this.#callInstead(start, shape.fillFunction);
  }

  #store(follows: number, start: number, opcode: number): void {
    const { reader, body } = this.#copy;
    const place = reader.at;
    skipAlignment(reader);
    const offset = reader.u32();
    this.#copy.flush(start);
    this.addsLocals = true;
    this.touch.store(body, storedType(opcode, reader.bytes[start] === vectorPrefix), offset);
    reader.at = place;
    this.address();
    if (follows === immediates.storeLane) reader.skip(1);
  }

  /** The guest is told the size of what it can address. */
  #lessNotes(): void {
    const { reader, body } = this.#copy;
    this.#copy.flush(reader.at);
    body.octets(lessNotes(this.#notes));
  }

  /** The operands stay as they are: the added function takes the same. */
  #callInstead(start: number, added: number): void {
    const { body } = this.#copy;
    this.#copy.flush(start);
    body.octet(0x10);
    body.u32(added);
    this.#copy.replaced();
  }
}
