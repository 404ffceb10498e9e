// Which database a plugin may ask: a scope of `sql` is its name under `[database]` in the configuration.

import { badScope, type ParsedScope, scopeOf } from "./scope.ts";

export function parseSqlScope(text: string): ParsedScope {
  if (/^[a-z][a-z0-9_]{0,63}$/.test(text)) return scopeOf(text);
  return badScope("is no name of a database: lower-case letters, digits and underscores");
}
