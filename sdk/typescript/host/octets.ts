// Octets as JSON can carry them.

/** What a plugin hands over: text stands for its UTF-8. */
export type Octets = string | Uint8Array;

/** QuickJS has these; the runtimes on which plugins are tested natively need not. */
interface Base64 {
  toBase64?(): string;
}
interface FromBase64 {
  fromBase64?(text: string): Uint8Array;
}

/** `{ text }` or `{ base64 }`, the two forms that requests take octets in. */
export function encoded(octets: Octets): { readonly text: string } | { readonly base64: string } {
  return typeof octets === "string" ? { text: octets } : { base64: toBase64(octets) };
}

export function toBase64(octets: Uint8Array): string {
  return (octets as Base64).toBase64?.() ?? btoa(Array.from(octets, (octet) => String.fromCharCode(octet)).join(""));
}

export function fromBase64(text: string): Uint8Array {
  return (Uint8Array as FromBase64).fromBase64?.(text) ?? Uint8Array.from(atob(text), (octet) => octet.charCodeAt(0));
}
