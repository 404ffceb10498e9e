// What keeps the server from starting, told to the operator line by line.

import type { Output } from "../cli/output.ts";
import type { Config } from "../config/config.ts";

/** Each with the file that it is about. */
export function inFile({ file }: Config, lines: readonly string[]): readonly string[] {
  return lines.map((line) => `${file}: ${line}`);
}

/** The exit code of a server that could not start. */
export function fail({ complain }: Output, problems: readonly string[]): number {
  for (const problem of problems) complain(problem);
  return 1;
}
