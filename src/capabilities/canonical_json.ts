// One text for each JSON value, whatever order a language writes its members in, so that texts can be compared.

/** `why` is the end of a sentence. */
export type Canonical =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bad"; readonly why: string };

/** No code that walks the value shall run out of stack. */
const deepest = 32;

/** Members in the order of their names' UTF-16 units, no blanks. `value` must come from `JSON.parse`. */
export function canonicalJson(value: unknown): Canonical {
  const text = write(value, 0);
  return text === undefined ? { kind: "bad", why: `is nested more than ${deepest} deep` } : { kind: "text", text };
}

function write(value: unknown, depth: number): string | undefined {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (depth === deepest) return undefined;
  const isList = Array.isArray(value);
  const parts: string[] = [];
  for (const name of isList ? value.keys() : Object.keys(value).sort()) {
    const member = write((value as { readonly [name: string | number]: unknown })[name], depth + 1);
    if (member === undefined) return undefined;
    parts.push(isList ? member : `${JSON.stringify(name)}:${member}`);
  }
  return isList ? `[${parts.join()}]` : `{${parts.join()}}`;
}
