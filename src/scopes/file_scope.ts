// Scopes that are one file of the host: an absolute path in its only spelling, without globs.

import { badScope, type ParsedScope, scopeOf } from "./scope.ts";

/** `/usr/share/GeoIP/GeoLite2-Country.mmdb`. A glob would grant files that are not there yet. */
export function parseFileScope(path: string): ParsedScope {
  if (path.includes("*")) return badScope("has a *: name each file");
  if (!/^(\/[!-.0-~]+)+$/.test(path)) return badScope("is no absolute path of a file");
  return /\/\.{1,2}(\/|$)/.test(path) ? badScope("has a dot segment in its path") : scopeOf(path);
}
