// The instructions by which a guest notes, before each store, which block of its memory it is about to change.

import { valueTypes } from "./value_types.ts";
import { leb, type Writer } from "./writer.ts";

const blockBits = 8;

/** Octets of memory for which the notes have one octet. Few blocks are changed by a call, and few octets of each. */
export const blockOctets: number = 1 << blockBits;

/**
 * A store is noted by its first octet alone, so what it changes may lie in the next block: whoever restores a block
 * restores so many octets behind it too.
 */
export const longestStore = 16;

/** The index of the memory with the notes. Guests can address but one memory, their own. */
const notes = 1;

/** Pages that the notes on so many pages take. What grew is noted as well: who stores outside the notes would trap. */
export function notesPages(pages: number): number {
  return Math.ceil(pages / blockOctets);
}

/** What a plain store from 0x36 (`i32.store`) on takes. */
const { i32, i64, f32, f64 } = valueTypes;
const storedTypes: readonly number[] = [i32, i64, f32, f64, i32, i32, i64, i64, i64];
const firstStore = 0x36;

/** The value type that a store puts away; those among the vector instructions all take vectors. */
export function storedType(opcode: number, isVector: boolean): number {
  return isVector ? valueTypes.v128 : storedTypes[opcode - firstStore] ?? i32;
}

const toBlock = [0x41, blockBits, 0x76];
const rounding = [0x41, 0xff, 0x01];
/** `i32.store8` of the notes, and `local.get`. */
const noteBlock = [...toBlock, 0x41, 0x01, 0x3a, 0x40, notes, 0x00, 0x20];
const fillNotes = [0xfc, 0x0b, notes];

/** Locals that hold operands while a note is made; the first `i32` of each function is lent by its caller. */
export class TouchCode {
  #next = 0;
  #address = 0;
  #types: number[] = [];
  readonly #places = new Map<number, number>();

  /** `address` is a local of type i32, `next` the first index that is free. */
  begin(address: number, next: number): void {
    this.#address = address;
    this.#next = next;
    this.#types = [];
    this.#places.clear();
  }

  /** How many groups of locals were added, and their octets. */
  get groups(): number {
    return this.#types.length;
  }

  get locals(): readonly number[] {
    return this.#types.flatMap((type) => [1, type]);
  }

  /** In front of a store: address and value are on the stack, and stay there. */
  store(writer: Writer, type: number, offset: number): void {
    const value = this.#local(type, 0);
    writer.octet(0x21);
    writer.u32(value);
    writer.octet(0x22);
    writer.u32(this.#address);
    if (offset !== 0) {
      writer.octet(0x41);
      writer.i32(offset);
      writer.octet(0x6a);
    }
    writer.octets(noteBlock);
    writer.u32(this.#address);
    writer.octet(0x20);
    writer.u32(value);
  }

  /** In front of `memory.init`: place, source and length are on the stack, and stay there. */
  range(writer: Writer): void {
    const [length, source] = [leb(this.#local(i32, 0)), leb(this.#local(i32, 1))];
    const address = leb(this.#address);
    writer.octets([0x21, ...length, 0x21, ...source, 0x21, ...address]);
    writer.octets(noteRange([0x20, ...address], [0x20, ...length]));
    writer.octets([0x20, ...address, 0x20, ...source, 0x20, ...length]);
  }

  /** One local for each type and use, made when it is first wanted. */
  #local(type: number, use: number): number {
    const key = type + (use << 8);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.#next++;
    this.#types.push(type);
    this.#places.set(key, place);
    return place;
  }
}

/** Notes a range; `place` and `length` are code that puts them on the stack. Where they reach outside the memory this may trap, as their own instruction would. */
export function noteRange(place: readonly number[], length: readonly number[]): readonly number[] {
  return [
    ...[...place, ...toBlock, 0x41, 0x01],
    ...[...place, ...length, 0x6a, ...rounding, 0x6a, ...toBlock, ...place, ...toBlock, 0x6b],
    ...fillNotes,
  ];
}
