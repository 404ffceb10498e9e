// Values as they may be shown: plain JSON, with secrets withheld. Pure.

import type { Json } from "../../sdk/contract/contract.ts";

/** Keys whose texts nobody may see; a file that holds one may be named. */
const secret = /pass(?:word|phrase)?|secret|token|credential|private|api_?key|(?:^|_)key$|dsn$/i;
const harmless = /(?:_file|File)$/;

const masked = "***";

export function mask(value: unknown, key = ""): Json {
  if (typeof value === "string") return maskText(value, key);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "boolean" || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map((each) => mask(each, key));
  if (value instanceof Map || value instanceof Set) return [...value].map((each) => mask(each, key));
  if (typeof value !== "object") return null;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined && typeof inner !== "function");
  return Object.fromEntries(entries.map(([name, inner]) => [name, mask(inner, isSecret(name) ? name : key)]));
}

function maskText(text: string, key: string): string {
  if (isSecret(key)) return masked;
  // `https://user:password@host`
  return text.replace(/(:\/\/[^/@\s:]*:)[^/@\s]*@/g, `$1${masked}@`);
}

function isSecret(key: string): boolean {
  return secret.test(key) && !harmless.test(key);
}
