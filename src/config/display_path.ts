// Names a file in messages: short when it lies below the current folder.

import { isAbsolute, relative, resolve } from "node:path";
import { cwd } from "node:process";
import { escapeControls } from "../text/quote.ts";

/** Relative to the current folder if below it, absolute otherwise; control characters escaped. */
export function displayPath(path: string, from: string = cwd()): string {
  const absolute = resolve(from, path);
  const short = relative(from, absolute);
  const outside = short === ".." || short.startsWith("../") || isAbsolute(short);
  return escapeControls(outside ? absolute : short || ".");
}
