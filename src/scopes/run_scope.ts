// Which program a plugin may run: a scope of `run` is its absolute path, and there are no globs.

import { badScope, type ParsedScope, scopeOf } from "./scope.ts";

/** Only one spelling a path, so that comparing text is comparing programs. Symbolic links are the operator's own. */
export function parseRunScope(text: string): ParsedScope {
  if (!/^(\/[!-.0-~]+)+$/.test(text) || text.length > 255) return badScope("is no absolute path of a program");
  if (text.includes("*")) return badScope("has a *: each program is granted by itself");
  return /\/\.{1,2}(\/|$)/.test(text) ? badScope("has a dot segment in its path") : scopeOf(text);
}
