// Reads the header fields that a collector wants of its clients: they hold secrets, so they come from a file only.

import { open } from "node:fs/promises";

export type Headers = { readonly [name: string]: string };

/** `message` names the place, and never what is in the file. */
export type HeadersRead =
  | { readonly kind: "headers"; readonly headers: Headers }
  | { readonly kind: "failed"; readonly message: string };

const mostOctets = 16_384;

/** RFC 9110 §5.1, §5.5: a token, a colon, visible characters. */
const fieldPattern = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\t]*?)[ \t]*$/;

/** What we say ourselves; a second word would contradict it. */
const ours: ReadonlySet<string> = new Set([
  "host",
  "connection",
  "content-type",
  "content-length",
  "content-encoding",
  "transfer-encoding",
]);

/** One field a line; empty lines and those that begin with `#` are comments. */
export async function readHeaders(path: string): Promise<HeadersRead> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      return size > mostOctets
        ? failed(path, `it is larger than ${mostOctets} octets`)
        : parse(path, await file.readFile("utf8"));
    } finally {
      await file.close();
    }
  } catch (error) {
    return failed(path, error instanceof Error ? error.message : String(error));
  }
}

function parse(path: string, text: string): HeadersRead {
  const headers: { [name: string]: string } = {};
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const [, name, value] = fieldPattern.exec(line) ?? [];
    if (name === undefined || value === undefined) return failed(path, `line ${index + 1} is no "Name: value"`);
    if (ours.has(name.toLowerCase())) return failed(path, `line ${index + 1}: ${name} is not to be given`);
    headers[name.toLowerCase()] = value;
  }
  return { kind: "headers", headers };
}

function failed(path: string, why: string): HeadersRead {
  return { kind: "failed", message: `telemetry.headers_file: cannot use ${path}: ${why}` };
}
