// Keeps count, while a function is read once from front to back, of the instructions that nothing has charged for yet.

import { Refused } from "./refused.ts";

export const frameKinds = { function: 0, block: 1, loop: 2, if: 3 } as const;

/** After a jump: no path leads here, whatever is added. */
const unreached = -0x4000_0000;

/** What catching an exception costs, its flight included: no path is known that leads to a handler. */
const caught = 2_000;

/**
 * `current` is the debt of the dearest path that leads to this place. Labels join paths, so a label's debt is that of
 * its dearest branch; a check charges the debt and leaves none. So every path through a function is charged at least
 * what it ran, and a switch of 250 cases only its longest case instead of their sum.
 */
export class Debt {
  current = 0;
  depth = 0;
  readonly #kinds: Uint8Array;
  /** The dearest branch to the frame's label. */
  readonly #dearest: Int32Array;
  /** For an `if`, the debt before it; for a loop, the place of its charge in the output. */
  readonly #remembered: Int32Array;

  constructor(nesting: number) {
    this.#kinds = new Uint8Array(nesting);
    this.#dearest = new Int32Array(nesting);
    this.#remembered = new Int32Array(nesting);
  }

  /** A new function, whose label is that of its end. */
  begin(): void {
    this.depth = 0;
    this.current = 0;
    this.open(frameKinds.function, 0, 0);
  }

  /** `remember` comes back from `close`: for a loop the place of its charge. */
  open(kind: number, remember: number, offset: number): void {
    if (this.depth === this.#kinds.length) {
      throw new Refused(offset, `blocks stand more than ${this.depth} deep in one another`);
    }
    this.#kinds[this.depth] = kind;
    this.#dearest[this.depth] = kind === frameKinds.loop ? this.current : unreached;
    this.#remembered[this.depth] = kind === frameKinds.if ? this.current : remember;
    this.depth += 1;
    if (kind === frameKinds.loop) this.current = 0;
  }

  get kind(): number {
    return this.#kinds[this.depth - 1] as number;
  }

  get remembered(): number {
    return this.#remembered[this.depth - 1] as number;
  }

  /** What the head of the innermost loop, or the entry of the function, must charge. */
  get dearest(): number {
    return this.#dearest[this.depth - 1] as number;
  }

  /** A branch by `label` frames outwards; the path goes on too unless `leave` follows. */
  branch(label: number, offset: number): void {
    if (label >= this.depth) throw new Refused(offset, `there is no label ${label}`);
    this.#raise(this.depth - 1 - label, this.current);
  }

  /** An exception may arrive at this label from anywhere. */
  branchCaught(label: number, offset: number): void {
    if (label >= this.depth) throw new Refused(offset, `there is no label ${label}`);
    this.#raise(this.depth - 1 - label, caught);
  }

  /** Out of the function, by return or exception: its entry pays. */
  leaveFunction(): void {
    this.#raise(0, this.current);
    this.current = unreached;
  }

  leave(): void {
    this.current = unreached;
  }

  else(offset: number): void {
    if (this.kind !== frameKinds.if) throw new Refused(offset, "an `else` stands without its `if`");
    this.#raise(this.depth - 1, this.current);
    this.current = this.remembered;
    this.#kinds[this.depth - 1] = frameKinds.block;
  }

  /** A handler of the older exceptions begins. */
  catch(): void {
    this.#raise(this.depth - 1, this.current);
    this.current = caught;
  }

  /** The frame ends. A loop's label is its head: what branches there does not arrive here. */
  close(): void {
    const kind = this.kind;
    if (kind === frameKinds.if) this.#raise(this.depth - 1, this.remembered);
    if (kind !== frameKinds.loop) this.current = Math.max(this.current, this.dearest);
    this.depth -= 1;
  }

  #raise(frame: number, debt: number): void {
    if (debt > (this.#dearest[frame] as number)) this.#dearest[frame] = debt;
  }
}
