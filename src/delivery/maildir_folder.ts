// One Maildir on the disk: its three folders, its unique names, and its leftovers.

import { mkdir, readdir, stat, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { syncFolder } from "../spool/disk.ts";

/** The Maildir convention: what lies in tmp for longer was abandoned. */
const abandonedAfter = 36 * 60 * 60 * 1000;

let counter = 0;

/**
 * A name that no other delivery on any host sharing the folder has: time, process and a counter. `host` is put in with
 * the two characters escaped that a Maildir name cannot hold.
 */
export function uniqueName(
  now: number = performance.timeOrigin + performance.now(),
  host: string = hostname(),
): string {
  const seconds = Math.floor(now / 1000);
  const microseconds = Math.floor((now - seconds * 1000) * 1000);
  const escaped = host.replaceAll("/", "\\057").replaceAll(":", "\\072");
  return `${seconds}.M${microseconds}P${process.pid}Q${++counter}.${escaped}`;
}

/** Makes tmp, new and cur where they are missing, durably, and clears tmp of what was abandoned. Throws on disk errors. */
export async function prepareMaildir(path: string): Promise<void> {
  for (const name of ["tmp", "new", "cur"]) await makeFolder(join(path, name));
  await clearAbandoned(join(path, "tmp"), Date.now() - abandonedAfter);
}

/** Makes a folder and those above it, where missing, durably. Throws on disk errors. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first !== undefined) await syncParents(path, first);
}

/** A message durable in a folder whose own name is not durable would be lost with it. */
async function syncParents(made: string, first: string): Promise<void> {
  for (let folder = dirname(made); folder.length >= dirname(first).length; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === dirname(folder)) return;
  }
}

async function clearAbandoned(folder: string, before: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    // Another process may be clearing the same folder: what is gone is cleared.
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() === true && found.mtimeMs < before) await unlink(path).catch(() => undefined);
  }
}
