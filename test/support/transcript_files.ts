// All transcripts of test/transcripts.

import { readdirSync, readFileSync } from "node:fs";
import { parseTranscript, type Transcript } from "./transcript.ts";

const folder = new URL("../transcripts/", import.meta.url);

export interface TranscriptFile extends Transcript {
  readonly name: string;
}

/** In the order of their names. Throws, with the name, what cannot be read. */
export function transcriptFiles(): readonly TranscriptFile[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".txt")).sort();
  return names.map((name) => {
    try {
      return { name, ...parseTranscript(readFileSync(new URL(name, folder), "utf8")) };
    } catch (error) {
      throw new Error(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  });
}
