// Log files that were put aside: their names, which of them are compressed and which are gone.

import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

export interface Keeping {
  readonly keep: number;
  readonly gzip: boolean;
}

/**
 * Milliseconds since the last write after which nobody writes any more: other processes notice within a second that
 * the file is another one, and a line that came later than this would be lost to compression.
 */
const writersGone = 10_000;

const stamp = /^\.\d{8}T\d{6}\.\d{3}Z(\.gz)?$/;

/** Renames the file to `PATH.20261122T093000.000Z`. For one process alone at a time. */
export async function putAside(path: string, now: Date): Promise<void> {
  for (let at = now.getTime();; at++) {
    const target = `${path}.${new Date(at).toISOString().replace(/[-:]/g, "")}`;
    const taken = await Promise.all([exists(target), exists(`${target}.gz`)]);
    if (!taken.includes(true)) return await rename(path, target);
  }
}

/** Removes all but the newest, compresses those that nobody writes to. True: some are still to be compressed. */
export async function tidy(path: string, { keep, gzip }: Keeping, now: Date): Promise<boolean> {
  const folder = dirname(path);
  const base = basename(path);
  const names = (await readdir(folder)).filter((name) => {
    return name.startsWith(`${base}.`) && stamp.test(name.slice(base.length));
  });
  // Their names sort by time.
  const newestFirst = names.sort().reverse();
  for (const name of newestFirst.slice(keep)) await unlink(join(folder, name));
  if (!gzip) return false;
  let waiting = false;
  for (const name of newestFirst.slice(0, keep).filter((each) => !each.endsWith(".gz"))) {
    const compressed = await compress(join(folder, name), now);
    waiting ||= !compressed;
  }
  return waiting;
}

/** False: it was written to so lately that somebody may do it again. */
async function compress(path: string, now: Date): Promise<boolean> {
  const before = await stat(path);
  if (now.getTime() - before.mtimeMs < writersGone) return false;
  const unfinished = `${path}.tmp`;
  await pipeline(createReadStream(path), createGzip(), createWriteStream(unfinished, { mode: 0o640 }));
  const after = await stat(path);
  if (after.size !== before.size) {
    await unlink(unfinished);
    return false;
  }
  await rename(unfinished, `${path}.gz`);
  await unlink(path);
  return true;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}
