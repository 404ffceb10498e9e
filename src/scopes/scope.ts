// A scope taken apart, so that a `*` in one part can never match what belongs to another.

import { globCovers } from "./glob.ts";

/** Globs in a fixed order, `["https", "*.example.com", "443", "/v1/*"]`; as many as the kind of scope has parts. */
export type Parts = readonly string[];

/** `why` completes a sentence that begins with the scope: `has no port; write ...`. */
export type ParsedScope =
  | { readonly kind: "scope"; readonly parts: Parts }
  | { readonly kind: "bad"; readonly why: string };

/** Does the wide scope allow everything that the narrow one does, part by part? */
export function scopeCovers(wide: Parts, narrow: Parts): boolean {
  return wide.length === narrow.length && wide.every((glob, i) => globCovers(glob, narrow[i] ?? ""));
}

export function scopeOf(...parts: Parts): ParsedScope {
  return { kind: "scope", parts };
}

export function badScope(why: string): ParsedScope {
  return { kind: "bad", why };
}
