// Collects pieces of any size into blocks that are worth a system call, and remembers the beginning of the whole.

import { headLimit } from "./spool.ts";

const smallestBlock = 8_192;
const largestBlock = 262_144;

/**
 * Blocks begin small, because most messages are, and double up to 256 KiB: one block a write keeps the disk busy, and
 * a bigger one only costs memory. Pieces are copied: a network chunk of 64 KiB would otherwise be held for one line.
 */
export class BlockList {
  #full: Uint8Array[] = [];
  #block: Uint8Array = new Uint8Array(0);
  #used = 0;
  #head: Uint8Array[] = [];
  #headSize = 0;

  append(piece: Uint8Array): void {
    let rest = piece;
    while (rest.length > 0) {
      if (this.#used === this.#block.length) this.#next(rest.length);
      const part = rest.subarray(0, this.#block.length - this.#used);
      this.#block.set(part, this.#used);
      this.#used += part.length;
      rest = rest.subarray(part.length);
      if (this.#used === this.#block.length) this.#complete(this.#block);
    }
  }

  /** Whole blocks not taken yet; the caller has them now. */
  takeFull(): readonly Uint8Array[] {
    const taken = this.#full;
    this.#full = [];
    return taken;
  }

  /** All that was not taken yet, the last block possibly short. Nothing may be appended afterwards. */
  takeAll(): readonly Uint8Array[] {
    const last = this.#block.subarray(0, this.#used);
    if (last.length > 0 && last.length < this.#block.length) this.#complete(last);
    this.#block = this.#block.subarray(0, 0);
    this.#used = 0;
    return this.takeFull();
  }

  hasFull(): boolean {
    return this.#full.length > 0;
  }

  /** The first octets appended, taken or not; without a copy while they lie in one block. */
  head(limit: number): Uint8Array {
    const wanted = Math.min(limit, headLimit);
    const first = this.#head[0];
    if (first === undefined) return this.#block.subarray(0, Math.min(wanted, this.#used));
    if (wanted <= first.length) return first.subarray(0, wanted);
    // While the head is short of its limit every whole block is part of it, so the open block follows it directly.
    const open = this.#headSize < headLimit && this.#used < this.#block.length
      ? [this.#block.subarray(0, this.#used)]
      : [];
    return Buffer.concat([...this.#head, ...open]).subarray(0, wanted);
  }

  #next(wanted: number): void {
    const doubled = Math.max(smallestBlock, this.#block.length * 2);
    // Not zeroed: only octets that were written are ever handed out.
    this.#block = Buffer.allocUnsafeSlow(Math.min(largestBlock, Math.max(doubled, wanted)));
    this.#used = 0;
  }

  #complete(block: Uint8Array): void {
    this.#full.push(block);
    if (this.#headSize >= headLimit) return;
    this.#head.push(block);
    this.#headSize += block.length;
  }
}
