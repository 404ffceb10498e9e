// How many files this process has open, of those it may: on Linux, where /proc may be read.

import { readdir, readFile, stat } from "node:fs/promises";

/** The soft limit; `undefined` where it cannot be read, or there is none. */
export async function openFilesLimit(): Promise<number | undefined> {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(await readFile("/proc/self/limits", "latin1"));
    return found === null ? undefined : Number(found[1]);
  } catch {
    return undefined;
  }
}

/** `undefined` where it cannot be read. Linux 6.2 and later give the number as a size; before, names are counted. */
export async function openFiles(): Promise<number | undefined> {
  try {
    const { size } = await stat("/proc/self/fd");
    return size > 0 ? size : (await readdir("/proc/self/fd")).length;
  } catch {
    return undefined;
  }
}
