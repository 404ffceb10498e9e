// Writes into one growing array, so that a module of a megabyte leaves no garbage of small pieces.

/** Below this, a loop copies faster than making a view does. */
const shortCopy = 24;

export class Writer {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(Math.max(capacity, 64));
  }

  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
  }

  /** A view of what was written; gone stale after the next write. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  octet(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  octets(values: readonly number[]): void {
    this.#reserve(values.length);
    for (const value of values) this.#bytes[this.#length++] = value;
  }

  u32(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.octet((rest & 0x7f) | 0x80);
      rest = Math.floor(rest / 128);
    }
    this.octet(rest);
  }

  /** A number of 32 bits, its highest bit taken for a sign: the operand of `i32.const`. */
  i32(value: number): void {
    let rest = value | 0;
    while (rest < -64 || rest > 63) {
      this.octet((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.octet(rest & 0x7f);
  }

  name(text: string): void {
    const octets = encoder.encode(text);
    this.u32(octets.length);
    this.copy(octets, 0, octets.length);
  }

  copy(source: Uint8Array, from: number, to: number): void {
    const length = to - from;
    this.#reserve(length);
    if (length <= shortCopy) {
      let at = this.#length;
      for (let i = from; i < to; i++) this.#bytes[at++] = source[i] as number;
    } else {
      this.#bytes.set(source.subarray(from, to), this.#length);
    }
    this.#length += length;
  }

  append(other: Writer): void {
    this.copy(other.#bytes, 0, other.#length);
  }

  /** Leaves room for a number of `octets` octets, and returns the place for `fill`. */
  gap(octets: number): number {
    this.#reserve(octets);
    this.#length += octets;
    return this.#length - octets;
  }

  /** Writes a number that is not negative into a gap, with the longest encoding: LEB128 allows leading zeros. */
  fill(place: number, octets: number, value: number): void {
    let rest = value;
    for (let i = 0; i < octets - 1; i++) {
      this.#bytes[place + i] = (rest & 0x7f) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[place + octets - 1] = rest;
  }

  #reserve(octets: number): void {
    if (this.#length + octets > this.#bytes.length) this.#grow(octets);
  }

  #grow(octets: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + octets));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

const encoder = new TextEncoder();

/** The operand of `i32.const`, for a number that is not negative. */
export function signedLeb(value: number): readonly number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signedLeb(Math.floor(value / 128))];
}

/** Unsigned LEB128, for code that is put together by hand. */
export function leb(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(Math.floor(value / 128))];
}
