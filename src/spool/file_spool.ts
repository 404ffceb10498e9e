// A spool that keeps short content in memory and spills long content into files of a private folder.

import { mkdir, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "./disk.ts";
import { FileDraft, type Memory } from "./file_draft.ts";
import type { Draft, Spool, SpoolUsage } from "./spool.ts";

export interface FileSpoolOptions {
  /** Content of more octets than this goes to a file; qpsmtpd's `size_threshold`. 1 MiB if absent. */
  readonly memoryThreshold?: number;
  /** When all content held in memory exceeds this, the drafts that grow go to files too. 64 MiB if absent. */
  readonly memoryTotal?: number;
}

export type SpoolOpened =
  | { readonly kind: "spool"; readonly spool: Spool }
  | { readonly kind: "failed"; readonly message: string };

/** Opens the spool in `<state>/spool`, and removes what an earlier process left there: none of it was acknowledged. */
export async function openSpool(state: string, options: FileSpoolOptions = {}): Promise<SpoolOpened> {
  const folder = join(state, "spool", "tmp");
  const memory: Memory = {
    threshold: options.memoryThreshold ?? 1_048_576,
    total: options.memoryTotal ?? 67_108_864,
    held: 0,
    files: 0,
  };
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Another process on the same folder loses nothing: a draft reads through its descriptor, never by its name. But it
    // may remove a draft of its own meanwhile.
    for (const name of await readdir(folder)) await removeLeftover(join(folder, name));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: "failed", message: `Cannot use ${folder} as spool: ${why}. Check who owns it, or give --state` };
  }
  return { kind: "spool", spool: new FileSpool(folder, memory) };
}

async function removeLeftover(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
}

class FileSpool implements Spool {
  readonly description: string;
  readonly #folder: string;
  readonly #memory: Memory;

  constructor(folder: string, memory: Memory) {
    this.description = `${folder}, content up to ${memory.threshold} octets in memory`;
    this.#folder = folder;
    this.#memory = memory;
  }

  usage(): SpoolUsage {
    return { memory: this.#memory.held, files: this.#memory.files };
  }

  open(id: string): Draft {
    // The id becomes a file name: anything that could name another folder is a bug of the caller.
    if (!/^[A-Za-z0-9_-]{1,100}$/.test(id)) throw new TypeError(`Cannot open a draft: ${JSON.stringify(id)} is no id`);
    return new FileDraft(join(this.#folder, id), this.#memory);
  }
}
