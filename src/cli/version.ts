// The version of this program, as package.json states it.

import { readProgramFile } from "../platform/program_files.ts";

/** `1.2.3`. */
export function version(): string {
  const text = new TextDecoder().decode(readProgramFile("package.json"));
  return (JSON.parse(text) as { readonly version: string }).version;
}
