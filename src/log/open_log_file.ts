// The file of a log opened to be appended to, made with its folders if there is none; and a look at what is there now.

import { constants, type Stats } from "node:fs";
import { chown, type FileHandle, mkdir, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import process from "node:process";

/** `ino` and `dev` are the file's own: the path may lead to another one later. */
export interface OpenLogFile {
  readonly file: FileHandle;
  readonly ino: number;
  readonly dev: number;
}

/** Why the file cannot be written; it and its folder are made if there are none. */
export async function whyUnwritable(path: string): Promise<string | undefined> {
  try {
    const { file } = await openToAppend(path);
    await file.close();
    return undefined;
  } catch (error) {
    return explain(error);
  }
}

/** Throws what keeps it from being opened. */
export async function openToAppend(path: string): Promise<OpenLogFile> {
  const folder = dirname(path);
  await makeFolder(folder);
  const { O_APPEND, O_CREAT, O_WRONLY, O_NONBLOCK } = constants;
  const file = await open(path, O_APPEND | O_CREAT | O_WRONLY | O_NONBLOCK, 0o640);
  try {
    const opened = await file.stat();
    if (!opened.isFile()) throw new Error("it is no regular file");
    if (process.getuid?.() === 0 && opened.size === 0) await giveToOwnerOf(folder, path);
    return { file, ino: opened.ino, dev: opened.dev };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** With those above it; by itself because Node never comes back from a recursive mkdir below /proc. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o750 });
  } catch (error) {
    if (hasCode(error, "EEXIST")) return;
    if (!hasCode(error, "ENOENT") || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder, { mode: 0o750 }).catch((again: unknown) => {
      // Another process may have been faster.
      if (!hasCode(again, "EEXIST")) throw again;
    });
  }
}

/** A file that root makes must be writable for those who have given up root's rights. */
async function giveToOwnerOf(folder: string, path: string): Promise<void> {
  const { uid, gid } = await stat(folder);
  if (uid !== 0) await chown(path, uid, gid);
}

/** Undefined if there is none. */
export async function lookAt(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Did it fail because there is no such file or folder? */
export function isMissing(error: unknown): boolean {
  return hasCode(error, "ENOENT");
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** For the end of a line to the operator. */
export function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
