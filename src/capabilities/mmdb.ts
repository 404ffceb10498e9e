// The capability `mmdb`: what MaxMind DB files say of an IP address, those that the operator granted by path.

import { isIP } from "node:net";
import * as v from "valibot";
import type { Json } from "../../sdk/contract/contract.ts";
import type { CallContext, Capability, Fulfilled } from "./capability.ts";
import { done, refused } from "./fulfilled.ts";
import { type MmdbFile, openMmdb } from "./mmdb_file.ts";
import { readRequest } from "./request.ts";

export interface MmdbOptions {
  /** Takes what is wrong with a database, as a sentence. */
  readonly report: (trouble: string) => void;
  /** Milliseconds on a clock that only goes on; for tests. */
  readonly now?: () => number;
}

/** Milliseconds between two looks at whether the file has changed: databases come once a day at most. */
const betweenLooks = 10_000;
/** Databases in memory, of all plugins together; the one not asked for longest goes. */
const mostFiles = 16;
/** Characters of JSON. */
const mostText = 65_536;

const schema = v.strictObject({
  address: v.pipe(v.string(), v.maxLength(100), v.check((text) => isIP(text) !== 0, "is no IP address")),
});

/** `looked`: when the file was looked at last. */
interface Held {
  readonly database: MmdbFile;
  looked: number;
}

/**
 * Takes `{ address }`, giving `{ records: [{ file, type, record }] }`, one for each granted database that knows the
 * address, in the order of the grants. Codes: badRequest, notGranted, failed, tooLarge. A database is read when a plugin
 * with its grant is loaded, and again, in the background, when the file has changed; meanwhile, and if the new one is
 * broken, the old one answers.
 */
export class MmdbCapability implements Capability {
  readonly name = "mmdb";
  readonly #report: (trouble: string) => void;
  readonly #now: () => number;
  /** By path, the one asked for last at the end. */
  readonly #held = new Map<string, Held>();

  constructor({ report, now = (): number => performance.now() }: MmdbOptions) {
    this.#report = report;
    this.#now = now;
  }

  async prepare(scopes: readonly string[]): Promise<readonly string[]> {
    if (scopes.includes("*")) return ['"mmdb" must name the file: "mmdb:/usr/share/GeoIP/GeoLite2-Country.mmdb"'];
    if (scopes.length > mostFiles) return [`"mmdb" is granted for more than ${mostFiles} files`];
    const opened = await Promise.all(scopes.map((path) => this.#open(path)));
    return opened.filter((each) => typeof each === "string");
  }

  async fulfil(request: unknown, { scopes }: CallContext): Promise<Fulfilled> {
    const read = readRequest(schema, request);
    if (read.kind === "refused") return read;
    const files = scopes.filter((scope) => scope !== "*");
    if (files.length === 0) return refused("notGranted", "no database is granted");
    const records: Json[] = [];
    for (const file of files) {
      const database = this.#known(file) ?? await this.#open(file);
      if (typeof database === "string") return refused("failed", database);
      try {
        const record = database.find(read.request.address);
        if (record !== undefined) records.push({ file, type: database.type, record });
      } catch {
        return refused("failed", `${file} is broken at that address`);
      }
    }
    if (JSON.stringify(records).length > mostText) return refused("tooLarge", `more than ${mostText} characters`);
    return done({ records });
  }

  #known(path: string): MmdbFile | undefined {
    const held = this.#held.get(path);
    if (held === undefined) return undefined;
    this.#hold(path, held);
    if (this.#now() - held.looked >= betweenLooks) void this.#look(path, held);
    return held.database;
  }

  /** Nobody waits for it. */
  async #look(path: string, held: Held): Promise<void> {
    held.looked = Infinity;
    const trouble = await held.database.refresh();
    held.looked = this.#now();
    if (trouble !== undefined) this.#report(`${path} ${trouble}; the database read before is used on`);
  }

  /** The database, or why there is none. */
  async #open(path: string): Promise<MmdbFile | string> {
    const known = this.#held.get(path);
    if (known !== undefined) return known.database;
    const opened = await openMmdb(path);
    if (opened.kind === "failed") return `${path} ${opened.message}`;
    this.#hold(path, { database: opened.database, looked: this.#now() });
    return opened.database;
  }

  #hold(path: string, held: Held): void {
    this.#held.delete(path);
    this.#held.set(path, held);
    const [oldest] = this.#held.keys();
    if (this.#held.size > mostFiles && oldest !== undefined) this.#held.delete(oldest);
  }
}
