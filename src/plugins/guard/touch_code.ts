// The instructions by which a guest notes, before each store, which block of its memory it is about to change.
//
// The notes lie in front of the guest's own memory, in the same one: the guard adds their length to the offset of every
// load and store, so that the guest's address 0 is behind them, and no address reaches them. A second memory for them
// would be simpler, but costs a runtime as much as the first: JavaScriptCore has room for eight that it can map, and
// collects all garbage for each one more.

import { valueTypes } from "./value_types.ts";
import { leb, signedLeb, type Writer } from "./writer.ts";

const blockBits = 8;

/** Octets of memory for which the notes have one octet. Few blocks are changed by a call, and few octets of each. */
export const blockOctets: number = 1 << blockBits;

/**
 * A store is noted by its first octet alone, so what it changes may lie in the next block: whoever restores a block
 * restores so many octets behind it too.
 */
export const longestStore = 16;

const pageOctets = 65_536;

/** Octets that the notes on so many pages take, which are whole pages. What grew is noted as well. */
export function notesOctets(pages: number): number {
  return Math.ceil(pages / blockOctets) * pageOctets;
}

/** The most pages of a memory that leaves room for its notes, and for one address that is always outside. */
export const mostPages = 65_280;

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
/** `i32.store8` of the notes, and `local.get`. If that is outside of them, so is the guest's address of its memory. */
const noteBlock = [...toBlock, 0x41, 0x01, 0x3a, 0x00, 0x00, 0x20];
const fillNotes = [0xfc, 0x0b, 0x00];

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

  /** In front of `memory.init`: place, source and length are on the stack, and the place is moved behind the notes. */
  init(writer: Writer, notes: number): void {
    const [length, source] = [leb(this.#local(i32, 0)), leb(this.#local(i32, 1))];
    const address = leb(this.#address);
    const [getAddress, getLength] = [[0x20, ...address], [0x20, ...length]];
    writer.octets([0x21, ...length, 0x21, ...source, 0x21, ...address]);
    writer.octets([...isOutside(getAddress, getLength, notes), 0x04, 0x40, ...trapOutside, 0x0b]);
    writer.octets(noteRange(getAddress, getLength));
    writer.octets([...getAddress, ...behindNotes(notes), 0x20, ...source, ...getLength]);
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

// In what follows, `place` and `length` are code that puts them on the stack, and `notes` is the length of the notes.

/** Notes a range that is not outside the memory. */
export function noteRange(place: readonly number[], length: readonly number[]): readonly number[] {
  return [
    ...[...place, ...toBlock, 0x41, 0x01],
    ...[...place, ...length, 0x6a, ...rounding, 0x6a, ...toBlock, ...place, ...toBlock, 0x6b],
    ...fillNotes,
  ];
}

/** `place + length > memory.size << 16`, in 64 bits. */
export function isOutside(place: readonly number[], length: readonly number[], notes: number): readonly number[] {
  return [
    ...[...place, 0xad, ...length, 0xad, 0x7c],
    ...[0x3f, 0x00, ...lessNotes(notes), 0xad, 0x42, 0x10, 0x86, 0x56],
  ];
}

/** Traps as a runtime does: a load from the last address, which no memory has. */
export const trapOutside: readonly number[] = [0x41, 0x7f, 0x28, 0x00, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x1a];

/** Makes an address that is not outside one of the memory with its notes. */
export function behindNotes(notes: number): readonly number[] {
  return [0x41, ...signedLeb(notes), 0x6a];
}

/** Makes pages of the memory with its notes those of the guest. */
export function lessNotes(notes: number): readonly number[] {
  return [0x41, ...signedLeb(notes / pageOctets), 0x6b];
}
