// Reads the numbers and names of a wasm module, never past the end of what it was given.

import { Refused } from "./refused.ts";

export class Reader {
  readonly bytes: Uint8Array;
  /** The next octet to read, counted from the beginning of the module. */
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  octet(): number {
    if (this.at >= this.end) this.refuse("it ends inside an instruction, a number or a list");
    // In bounds: `end` never lies behind the bytes.
    return this.bytes[this.at++] as number;
  }

  /** Unsigned LEB128 of at most 32 bits and five octets. */
  u32(): number {
    const first = this.octet();
    return first < 0x80 ? first : this.#longU32(first);
  }

  #longU32(first: number): number {
    const start = this.at - 1;
    let value = first & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      const octet = this.octet();
      value |= (octet & 0x7f) << shift;
      if (octet < 0x80) return value;
    }
    const last = this.octet();
    if (last > 0x0f) throw new Refused(start, "a number does not fit into 32 bits");
    return value + last * 0x1000_0000;
  }

  /** A length or count that must not exceed `most`. */
  count(most: number, what: string): number {
    const start = this.at;
    const count = this.u32();
    if (count > most) throw new Refused(start, `it has ${count} ${what}, and at most ${most} are allowed`);
    return count;
  }

  /** Passes a number whose value does not matter; the runtime checks the spare bits of its last octet. */
  skipNumber(mostOctets: number): void {
    const start = this.at;
    for (let i = 0; i < mostOctets; i++) {
      if (this.octet() < 0x80) return;
    }
    throw new Refused(start, "a number is longer than its type allows");
  }

  skip(octets: number): void {
    if (octets > this.end - this.at) this.refuse("it ends inside a constant, a name or a section");
    this.at += octets;
  }

  /** A name; octets that are no UTF-8 become U+FFFD, and the runtime will refuse them. */
  name(): string {
    const length = this.u32();
    const start = this.at;
    this.skip(length);
    return decoder.decode(this.bytes.subarray(start, this.at));
  }

  /** A reader of the next `octets`, which this one passes. */
  part(octets: number): Reader {
    const start = this.at;
    this.skip(octets);
    return new Reader(this.bytes, start, this.at);
  }

  expectEnd(what: string): void {
    if (!this.done) this.refuse(`${what} is longer than what it holds`);
  }

  refuse(why: string): never {
    throw new Refused(this.at, why);
  }
}

// A leading U+FEFF is part of a name.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
