// One draft of the file spool: blocks in memory, and from the threshold on a file that is written behind the caller.

import { isAscii } from "node:buffer";
import { BlockList } from "./block_list.ts";
import { SpillFile } from "./spill_file.ts";
import type { Content, DiskTrouble, Draft, Finished, WriteResult } from "./spool.ts";

const ok: WriteResult = { kind: "ok" };

/** What all drafts of one spool share. */
export interface Memory {
  readonly threshold: number;
  readonly total: number;
  /** Octets in memory, all drafts together. */
  held: number;
  /** Drafts that went to the disk. */
  files: number;
}

export class FileDraft implements Draft, Content {
  readonly #memory: Memory;
  readonly #file: SpillFile;
  readonly #blocks = new BlockList();
  /** The whole content, when it is finished and stayed in memory. */
  #whole: readonly Uint8Array[] = [];
  #size = 0;
  /** What of `size` counts in `memory.held`. */
  #held = 0;
  #eightBit = false;
  #spilled = false;
  #discarded = false;
  #flushing: Promise<WriteResult> | undefined;
  #trouble: DiskTrouble | undefined;

  constructor(path: string, memory: Memory) {
    this.#file = new SpillFile(path);
    this.#memory = memory;
  }

  get size(): number {
    return this.#size;
  }

  get eightBit(): boolean {
    return this.#eightBit;
  }

  write(piece: Uint8Array): WriteResult | Promise<WriteResult> {
    if (this.#trouble !== undefined) return this.#trouble;
    this.#blocks.append(piece);
    this.#size += piece.length;
    if (!this.#eightBit) this.#eightBit = !isAscii(piece);
    if (!this.#spilled) {
      this.#hold(piece.length);
      if (this.#size <= this.#memory.threshold && this.#memory.held <= this.#memory.total) return ok;
      this.#spilled = true;
      this.#memory.files++;
      this.#release();
    }
    if (!this.#blocks.hasFull()) return ok;
    // One flush runs while the next block fills; when that is full too, the client has to wait for the disk.
    if (this.#flushing !== undefined) return this.#flushing.then((result) => this.#afterFlush(result));
    this.#startFlush(this.#blocks.takeFull());
    return ok;
  }

  head(limit: number): Uint8Array {
    return this.#blocks.head(limit);
  }

  async finish(): Promise<Finished> {
    if (this.#flushing !== undefined) await this.#flushing;
    const rest = this.#blocks.takeAll();
    if (this.#spilled && this.#trouble === undefined && rest.length > 0) await this.#startFlush(rest);
    if (this.#trouble !== undefined) {
      await this.discard();
      return this.#trouble;
    }
    if (!this.#spilled) this.#whole = rest;
    return { kind: "content", content: this };
  }

  pieces(from = 0): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
    if (this.#discarded) throw new Error("Cannot read content after it was discarded");
    return this.#spilled ? this.#file.pieces(from, this.#size) : piecesFrom(this.#whole, from);
  }

  async discard(): Promise<void> {
    if (this.#spilled && !this.#discarded) this.#memory.files--;
    this.#discarded = true;
    this.#whole = [];
    this.#release();
    if (this.#flushing !== undefined) await this.#flushing;
    await this.#file.remove();
  }

  #startFlush(blocks: readonly Uint8Array[]): Promise<WriteResult> {
    const flushing = this.#file.append(blocks).then((result) => {
      this.#flushing = undefined;
      if (result.kind !== "ok") this.#trouble = result;
      return result;
    });
    this.#flushing = flushing;
    return flushing;
  }

  #afterFlush(result: WriteResult): WriteResult {
    if (result.kind === "ok" && this.#blocks.hasFull()) this.#startFlush(this.#blocks.takeFull());
    return result;
  }

  #hold(octets: number): void {
    this.#held += octets;
    this.#memory.held += octets;
  }

  #release(): void {
    this.#memory.held -= this.#held;
    this.#held = 0;
  }
}

function* piecesFrom(blocks: readonly Uint8Array[], from: number): Generator<Uint8Array> {
  let skip = from;
  for (const block of blocks) {
    if (skip < block.length) yield skip === 0 ? block : block.subarray(skip);
    skip = Math.max(0, skip - block.length);
  }
}
