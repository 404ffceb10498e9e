// Puts files where a crash cannot undo or halve them: written aside, synced, renamed, the folder synced.

import { close, createFile, diskTrouble, removeQuietly, rename, sync, writeAll } from "./disk.ts";
import { makeNamesDurable } from "./folder_sync.ts";
import type { DiskTrouble } from "./spool.ts";
import { dirname } from "node:path";

/** One file to be. `temporary` and `final` lie on one file system, and nobody else uses either name. */
export interface DurableFile {
  readonly temporary: string;
  readonly final: string;
  readonly mode: number;
  /** Called once. */
  readonly pieces: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export type Written = { readonly kind: "written" } | DiskTrouble;

// Pieces are gathered to this many octets before they cost a system call.
const batchSize = 262_144;

/** After "written" the file survives a power failure whole; after anything else neither name exists. */
export function writeDurably(file: DurableFile): Promise<Written> {
  return writeAllDurably([file]);
}

/**
 * The same for several files: all are on the disk before the first appears under its final name, and when one cannot
 * appear, those that did are taken back. Only a crash between two renames can leave some, of a group that nobody was
 * told is written.
 */
export async function writeAllDurably(files: readonly DurableFile[]): Promise<Written> {
  const made: string[] = [];
  try {
    for (const file of files) await writeTemporary(file, made);
    for (const file of files) {
      await rename(file.temporary, file.final);
      made.push(file.final);
    }
    await Promise.all([...new Set(files.map((file) => dirname(file.final)))].map(makeNamesDurable));
    return { kind: "written" };
  } catch (error) {
    await Promise.all(made.map(removeQuietly));
    return diskTrouble(error);
  }
}

async function writeTemporary(file: DurableFile, made: string[]): Promise<void> {
  const descriptor = await createFile(file.temporary, file.mode);
  // Only now: a file of that name which was there before is not ours to remove.
  made.push(file.temporary);
  try {
    for await (const batch of batches(file.pieces())) await writeAll(descriptor, batch);
    await sync(descriptor);
  } finally {
    await close(descriptor);
  }
}

async function* batches(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    size += piece.length;
    if (size < batchSize) continue;
    yield joined(waiting);
    waiting = [];
    size = 0;
  }
  if (size > 0) yield joined(waiting);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  return first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces);
}
