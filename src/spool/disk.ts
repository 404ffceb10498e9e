// The few file operations that spool and delivery need, without the objects around file descriptors.

import * as fs from "node:fs";
import { promisify } from "node:util";
import type { DiskTrouble } from "./spool.ts";

// Asynchronous although each is short: a slow or remote disk must not stop every other session.
const openFile = promisify(fs.open);
const closeFile = promisify(fs.close);
const syncFile = promisify(fs.fsync);
const renameFile = promisify(fs.rename);
const unlinkFile = promisify(fs.unlink);

/** A new file; an existing one, or a symbolic link in its place, is an error (O_EXCL). */
export function createFile(path: string, mode: number): Promise<number> {
  return openFile(path, "wx+", mode);
}

export function close(descriptor: number): Promise<void> {
  return closeFile(descriptor);
}

export function sync(descriptor: number): Promise<void> {
  return syncFile(descriptor);
}

export function rename(from: string, to: string): Promise<void> {
  return renameFile(from, to);
}

/** Writes all of `bytes` at the file's position: one write may take only a part. */
export function writeAll(descriptor: number, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    function put(offset: number): void {
      fs.write(descriptor, bytes, offset, bytes.length - offset, null, (error, written) => {
        if (error !== null) reject(error);
        else if (offset + written < bytes.length) put(offset + written);
        else resolve();
      });
    }
    put(0);
  });
}

/** Reads into `bytes` from `position`; returns how many octets came, 0 at the end of the file. */
export function readAt(descriptor: number, bytes: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(descriptor, bytes, 0, bytes.length, position, (error, count) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });
}

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const descriptor = await openFile(path, "r");
  try {
    await syncFile(descriptor);
  } finally {
    await closeFile(descriptor);
  }
}

/** Removes a file that may be gone already; a file that cannot be removed is left to the clean-up at the next start. */
export async function removeQuietly(path: string): Promise<void> {
  try {
    await unlinkFile(path);
  } catch {
    // Nothing was promised about this file, and there is nobody to tell.
  }
}

/** What an exception of a file operation means to the sender of the message. */
export function diskTrouble(error: unknown): DiskTrouble {
  const code = errorCode(error);
  if (code === "ENOSPC" || code === "EDQUOT") return { kind: "full" };
  return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
}

/** `ENOENT` and its like, if the exception has one. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
