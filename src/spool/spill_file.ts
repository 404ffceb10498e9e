// The file of one draft that outgrew memory: written in blocks, read in blocks, gone when discarded.

import { close, createFile, diskTrouble, readAt, removeQuietly, writeAll } from "./disk.ts";
import type { WriteResult } from "./spool.ts";

const readSize = 262_144;

export class SpillFile {
  readonly #path: string;
  #descriptor: number | undefined;

  /** Nothing is created before the first block is written. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Appends the blocks in order. One call at a time. */
  async append(blocks: readonly Uint8Array[]): Promise<WriteResult> {
    try {
      this.#descriptor ??= await createFile(this.#path, 0o600);
      for (const block of blocks) await writeAll(this.#descriptor, block);
      return { kind: "ok" };
    } catch (error) {
      return diskTrouble(error);
    }
  }

  /** The octets `from` to `to`. Every piece has its own memory, so a socket may hold it for as long as it likes. */
  async *pieces(from: number, to: number): AsyncGenerator<Uint8Array> {
    let position = from;
    while (position < to) {
      if (this.#descriptor === undefined) throw new Error(`Cannot read ${this.#path}: its content was discarded`);
      const room = Buffer.allocUnsafeSlow(Math.min(readSize, to - position));
      const count = await readAt(this.#descriptor, room, position);
      if (count === 0) throw new Error(`Cannot read ${this.#path}: it ends at octet ${position} of ${to}`);
      position += count;
      yield room.subarray(0, count);
    }
  }

  async remove(): Promise<void> {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) return;
    this.#descriptor = undefined;
    // A close that fails has nothing left to lose: the content is not wanted any more.
    await close(descriptor).catch(() => undefined);
    await removeQuietly(this.#path);
  }
}
