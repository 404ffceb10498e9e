// The copy of a fetched list in STATE/lists/NAME: a list file whose first line, a comment, says where it is from.

import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { readText } from "../config/read_text.ts";
import type { Version } from "./fetch_list.ts";

export interface Copy {
  readonly url: string;
  readonly text: string;
  readonly version: Version;
  /** Milliseconds since 1970: when the server last said that it is so. */
  readonly checked: number;
}

const head = v.strictObject({
  url: v.string(),
  checked: v.number(),
  version: v.strictObject({ etag: v.exactOptional(v.string()), lastModified: v.exactOptional(v.string()) }),
});

const mostHead = 16_384;

function folderOf(state: string): string {
  return join(state, "lists");
}

/** Undefined if there is none of this URL, or it is damaged: then it is fetched anew. */
export function readCopy(state: string, name: string, url: string, size: number): Copy | undefined {
  const file = readText(join(folderOf(state), name), size + mostHead);
  if (file.kind !== "text") return undefined;
  const [, json = "", text = ""] = /^# (.*)\n([^]*)$/.exec(file.text) ?? [];
  const parsed = v.safeParse(head, parseJson(json));
  return parsed.success && parsed.output.url === url ? { ...parsed.output, text } : undefined;
}

/** Several processes may write it at once: each its own file, and the last one counts. Rejects if it cannot. */
export async function writeCopy(state: string, name: string, { text, ...facts }: Copy): Promise<void> {
  const folder = folderOf(state);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `.${randomUUID()}`);
  try {
    await writeFile(temporary, `# ${JSON.stringify(facts)}\n${text}`, { mode: 0o600, flush: true });
    await rename(temporary, join(folder, name));
  } finally {
    await rm(temporary, { force: true });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
