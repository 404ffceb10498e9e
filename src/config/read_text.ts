// Reads one text file of the operator's: a regular file of bounded size in UTF-8, or the reason why not.

import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";

export type TextFile =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "missing" }
  | { readonly kind: "unreadable"; readonly why: string };

/** At most `most` octets. Synchronous: called at start and on reload only, for small local files. */
export function readText(path: string, most: number): TextFile {
  try {
    // Looked at before it is opened: opening a FIFO would wait for its writer for ever.
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return { kind: "missing" };
    if (found.isDirectory()) return { kind: "unreadable", why: "it is a folder, not a file" };
    if (!found.isFile()) return { kind: "unreadable", why: "it is not a regular file" };
    const octets = readAtMost(path, most);
    if (octets === undefined) return { kind: "unreadable", why: `it is larger than ${most} octets` };
    return decode(octets);
  } catch (error) {
    return unreadable(error);
  }
}

function readAtMost(path: string, most: number): Uint8Array | undefined {
  const file = openSync(path, "r");
  try {
    const octets = new Uint8Array(Math.min(fstatSync(file).size, most) + 1);
    let length = 0;
    while (length < octets.length) {
      const read = readSync(file, octets, length, octets.length - length, null);
      if (read === 0) return octets.subarray(0, length);
      length += read;
    }
    return undefined;
  } finally {
    closeSync(file);
  }
}

function decode(octets: Uint8Array): TextFile {
  try {
    return { kind: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(octets) };
  } catch {
    return { kind: "unreadable", why: "it is not text in UTF-8" };
  }
}

function unreadable(error: unknown): TextFile {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") return { kind: "missing" };
  if (code === "EACCES" || code === "EPERM") return { kind: "unreadable", why: "permission denied" };
  // Deno's own permission refusal carries a name instead of a code.
  if (error instanceof Error && error.name === "NotCapable") return { kind: "unreadable", why: "permission denied" };
  if (code === "") throw error;
  return { kind: "unreadable", why: code };
}
