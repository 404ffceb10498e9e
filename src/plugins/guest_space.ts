// A guest's memory as the guest sees it: the guard has put the notes on it in front, where its addresses do not reach.

import type { GuestMemory } from "./web_assembly.ts";

export class GuestSpace {
  /** The length of the notes: where the guest's address 0 is. */
  readonly start: number;
  readonly #memory: GuestMemory;
  #octets: Uint8Array<ArrayBuffer> = new Uint8Array();

  constructor(memory: GuestMemory, start: number) {
    this.#memory = memory;
    this.start = start;
  }

  /** Octets; more when it has grown. */
  get length(): number {
    return this.#memory.buffer.byteLength - this.start;
  }

  /** All of it. Another array after it has grown: never keep it. */
  get octets(): Uint8Array<ArrayBuffer> {
    // An array that was made before the memory grew is empty.
    if (this.#octets.length === 0) this.#octets = new Uint8Array(this.#memory.buffer, this.start);
    return this.#octets;
  }

  /** A place that is known to be inside. */
  part(at: number, count: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer, this.start + at, count);
  }

  /** All of it, for reading. */
  get view(): DataView<ArrayBuffer> {
    return new DataView(this.#memory.buffer, this.start);
  }

  /** The first of the notes, one octet for each block: not 0 if it may have been changed. */
  notes(count: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, 0, count);
  }
}
