// Octets that came in, kept until they are asked for.

export class OctetQueue {
  #space = Buffer.alloc(4096);
  #from = 0;
  #to = 0;

  get length(): number {
    return this.#to - this.#from;
  }

  push(piece: Uint8Array): void {
    if (this.#to + piece.byteLength > this.#space.byteLength) this.#makeRoom(piece.byteLength);
    this.#space.set(piece, this.#to);
    this.#to += piece.byteLength;
  }

  /** Offset of the first `wanted` at or behind `from`, or -1. */
  indexOf(wanted: Uint8Array, from: number): number {
    return this.#space.subarray(this.#from, this.#to).indexOf(wanted, from);
  }

  /** The first octets, at most `count`, as a copy. */
  take(count: number): Uint8Array {
    const taken = Uint8Array.prototype.slice.call(this.#space, this.#from, Math.min(this.#from + count, this.#to));
    this.#from += taken.byteLength;
    return taken;
  }

  // Twice the room for what is there: each octet is moved a few times at most, in however small pieces they come.
  #makeRoom(more: number): void {
    const kept = this.#space.subarray(this.#from, this.#to);
    const space = Buffer.alloc(Math.max(4096, 2 * (kept.byteLength + more)));
    space.set(kept);
    this.#to = kept.byteLength;
    this.#from = 0;
    this.#space = space;
  }
}
