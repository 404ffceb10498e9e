// One database of IP addresses: read whole, asked in memory, read again when the file is another one.

import { open, stat } from "node:fs/promises";
import { Reader, type Response } from "mmdb-lib";
import type { Json } from "../../sdk/contract/contract.ts";

/** The largest of today have some 200 MiB. */
const mostOctets = 536_870_912;
/** Records that nest deeper are broken. */
const deepest = 32;
/** Between search tree and data. */
const separator = 16;

export type OpenedMmdb =
  | { readonly kind: "open"; readonly database: MmdbFile }
  | { readonly kind: "failed"; readonly message: string };

type Loaded =
  | { readonly kind: "loaded"; readonly reader: Reader<Response>; readonly stamp: string }
  | { readonly kind: "failed"; readonly message: string };

/** `message` is the end of a sentence that begins with the path. */
export async function openMmdb(path: string): Promise<OpenedMmdb> {
  const loaded = await load(path);
  return loaded.kind === "failed"
    ? loaded
    : { kind: "open", database: new MmdbFile(path, loaded.reader, loaded.stamp) };
}

export class MmdbFile {
  readonly #path: string;
  #reader: Reader<Response>;
  /** Of the file that was read last, whether it could be used or not: a broken one is not read again and again. */
  #stamp: string;

  constructor(path: string, reader: Reader<Response>, stamp: string) {
    this.#path = path;
    this.#reader = reader;
    this.#stamp = stamp;
  }

  /** What it says it is: `GeoLite2-Country`. */
  get type(): string {
    return String(this.#reader.metadata.databaseType ?? "");
  }

  /** The record of an IP address; undefined if there is none. Throws where the database is broken. */
  find(address: string): Json | undefined {
    // A database of IPv4 alone would take the first octets of an IPv6 address for one.
    if (this.#reader.metadata.ipVersion === 4 && address.includes(":")) return undefined;
    const record: unknown = this.#reader.get(address);
    return record === null ? undefined : jsonOf(record, 0);
  }

  /** Takes a new file in the place of the old one; why not, as the end of a sentence, if the old one must go on. */
  async refresh(): Promise<string | undefined> {
    const stamp = await stampOf(this.#path);
    if (stamp === this.#stamp) return undefined;
    const loaded = await load(this.#path);
    this.#stamp = loaded.kind === "loaded" ? loaded.stamp : stamp;
    if (loaded.kind === "failed") return loaded.message;
    this.#reader = loaded.reader;
    return undefined;
  }
}

/** What changes when the file does; empty if it is not there. */
async function stampOf(path: string): Promise<string> {
  try {
    return stampIn(await stat(path));
  } catch {
    return "";
  }
}

function stampIn(
  { ino, size, mtimeMs }: { readonly ino: number; readonly size: number; readonly mtimeMs: number },
): string {
  return `${ino} ${size} ${mtimeMs}`;
}

async function load(path: string): Promise<Loaded> {
  try {
    const file = await open(path);
    try {
      const found = await file.stat();
      // A device or a pipe says 0 and never ends.
      if (!found.isFile()) return failed("is not a regular file");
      if (found.size > mostOctets) return failed(`has ${found.size} octets, more than ${mostOctets}`);
      const reader = readerOf(await file.readFile());
      return reader === undefined
        ? failed("is no MaxMind DB file (.mmdb)")
        : { kind: "loaded", reader, stamp: stampIn(found) };
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as { readonly code?: string };
    return failed(code === "ENOENT" ? "is not there" : `cannot be read: ${code ?? "unknown error"}`);
  }
}

/** Undefined if it is none, or only a part of one: whoever copies onto the old file is not done yet. */
function readerOf(octets: Uint8Array): Reader<Response> | undefined {
  try {
    const reader = new Reader<Response>(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength));
    const { nodeCount, searchTreeSize, ipVersion } = reader.metadata;
    const whole = Number.isSafeInteger(nodeCount) && searchTreeSize + separator <= octets.byteLength;
    return whole && (ipVersion === 4 || ipVersion === 6) ? reader : undefined;
  } catch {
    return undefined;
  }
}

function jsonOf(value: unknown, depth: number): Json {
  if (depth > deepest) throw new Error("a record nests too deep");
  if (typeof value === "bigint") return value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map((each) => jsonOf(each, depth + 1));
  if (typeof value !== "object" || value === null) return null;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, jsonOf(each, depth + 1)]));
}

function failed(message: string): Extract<Loaded, { readonly kind: "failed" }> {
  return { kind: "failed", message };
}
