// The version of this program, as package.json states it.

import { readFileSync } from "node:fs";

/** `1.2.3`. */
export function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
