// Which blocks of a guest's memory may have been changed since they were last restored, by the guest or by the host.

import { blockOctets, longestStore } from "./guard/touch_code.ts";
import type { GuestSpace } from "./guest_space.ts";

/** Fewer blocks than this that were not touched are copied with their neighbours: a copy more costs as much. */
const shortestGap = 8;

/** One octet a block, not 0 if it may have been changed: the guard has the guest write it, before each store. */
export class Touched {
  readonly #space: GuestSpace;
  #notes: Uint8Array = new Uint8Array(0);

  constructor(space: GuestSpace) {
    this.#space = space;
  }

  /** The host is about to write there; the place was compared with the memory before. */
  note(at: number, octets: number): void {
    this.#current().fill(1, Math.floor(at / blockOctets), Math.ceil((at + octets) / blockOctets));
  }

  /** From now on what the memory holds is what it shall hold. */
  clear(): void {
    this.#current().fill(0);
  }

  /** Makes what was touched in `memory` as it is in `image`, which is as long; costs what was touched. */
  restore(memory: Uint8Array, image: Uint8Array): void {
    const notes = this.#current();
    for (let first = notes.indexOf(1); first >= 0;) {
      let end = first + 1;
      for (let at = end; at < end + shortestGap; at++) if (notes[at] === 1) end = at + 1;
      // The last store of the last block may reach into the next one.
      const [from, to] = [first * blockOctets, Math.min(end * blockOctets + longestStore, image.length)];
      memory.set(image.subarray(from, to), from);
      first = notes.indexOf(1, end);
    }
    notes.fill(0);
  }

  /** An array that was made before the memory grew, even by nothing, is empty. */
  #current(): Uint8Array {
    if (this.#notes.length === 0) this.#notes = this.#space.notes(Math.ceil(this.#space.length / blockOctets));
    return this.#notes;
  }
}
