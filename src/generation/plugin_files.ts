// What is in plugin files, remembered as long as a file is visibly the same: a reload need not read megabytes again.

import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { manifestSection } from "../../sdk/contract/manifest.ts";
import { readCustomSection } from "../plugins/custom_section.ts";
import { limits } from "../plugins/limits.ts";
import { parseManifest } from "../plugins/manifest.ts";

export interface PluginFile {
  /** SHA-256 of its octets, in hex. */
  readonly digest: string;
  /** The lists that its manifest asks for. */
  readonly lists: readonly string[];
}

interface Remembered {
  readonly file: PluginFile;
  readonly mark: string;
}

/** Paths remembered; forgotten all at once when they become many. */
const most = 2000;

export class PluginFiles {
  readonly #remembered = new Map<string, Remembered>();
  readonly #coarse: number;

  /** `coarse`: milliseconds in which a file may change again without a new time stamp, as on FAT. */
  constructor(coarse = 2500) {
    this.#coarse = coarse;
  }

  /** Nothing if the file cannot be read or is no plugin: loading it will say why. */
  async look(path: string): Promise<PluginFile | undefined> {
    try {
      const found = await stat(path, { bigint: true });
      if (!found.isFile() || found.size > BigInt(limits.file)) return undefined;
      const known = this.#remembered.get(path);
      if (known?.mark === markOf(found)) return known.file;
      const file = describeOctets(await readFile(path));
      if (file !== undefined && this.#isSettled(found)) this.#remember(path, { file, mark: markOf(found) });
      return file;
    } catch {
      return undefined;
    }
  }

  #isSettled({ mtimeMs, ctimeMs }: BigIntStats): boolean {
    return Date.now() - Number(mtimeMs > ctimeMs ? mtimeMs : ctimeMs) > this.#coarse;
  }

  #remember(path: string, remembered: Remembered): void {
    if (this.#remembered.size >= most) this.#remembered.clear();
    this.#remembered.set(path, remembered);
  }
}

/** Writing, renaming and restoring an old time stamp all change one of these. */
function markOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(":");
}

/** What is in the octets of a plugin's file; undefined if it is none. */
export function describeOctets(bytes: Uint8Array): PluginFile | undefined {
  const section = readCustomSection(bytes, manifestSection);
  const parsed = section.kind === "found" ? parseManifest(section.bytes) : undefined;
  if (parsed?.kind !== "manifest") return undefined;
  return { digest: createHash("sha256").update(bytes).digest("hex"), lists: parsed.manifest.lists };
}
