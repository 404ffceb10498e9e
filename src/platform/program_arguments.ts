// The words behind the program's name, however it was started.

import { packaging } from "./program_files.ts";

/** `argv` as in `process.argv`. */
export function programArguments(argv: readonly string[]): readonly string[] {
  const [, script, first] = argv;
  // node:cluster gives a worker the script's name, which an executable has in its place already.
  const again = packaging() === "executable" && first !== undefined && first === script;
  return argv.slice(again ? 3 : 2);
}
