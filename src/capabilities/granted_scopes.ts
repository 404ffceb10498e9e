// The scopes of a call, taken apart once for all calls of a plugin.

import { type ParsedScope, type Parts, scopeCovers } from "../scopes/scope.ts";

export class GrantedScopes {
  readonly #read: (scope: string) => ParsedScope;
  readonly #known = new WeakMap<readonly string[], readonly (Parts | "all")[]>();

  constructor(read: (scope: string) => ParsedScope) {
    this.#read = read;
  }

  /** Those of the scopes that allow what is asked for; none means that it is not granted. */
  covering(scopes: readonly string[], asked: Parts): readonly Parts[] {
    const parts = this.#partsOf(scopes).map((each) => each === "all" ? asked.map(() => "*") : each);
    return parts.filter((each) => scopeCovers(each, asked));
  }

  #partsOf(scopes: readonly string[]): readonly (Parts | "all")[] {
    const known = this.#known.get(scopes);
    if (known !== undefined) return known;
    const parts = scopes.flatMap((scope): readonly (Parts | "all")[] => {
      if (scope === "*") return ["all"];
      const parsed = this.#read(scope);
      return parsed.kind === "scope" ? [parsed.parts] : [];
    });
    this.#known.set(scopes, parts);
    return parts;
  }
}
