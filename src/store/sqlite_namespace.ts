// The requests of one plugin to the SQLite store: what each reads, decides and changes in one transaction.

import type { DatabaseSync } from "node:sqlite";
import { isLocked, messageOf, type Patience, whenUnlocked } from "./locked.ts";
import type { Row, Statements, Usage } from "./sqlite_statements.ts";
import type { SqliteSweeper } from "./sqlite_sweeper.ts";
import {
  type Compared,
  type Counted,
  type Counting,
  type Deleted,
  type Entry,
  type Failed,
  type Full,
  type Got,
  type Namespace,
  type Scanned,
  type Stored,
  type StoreLimits,
  textProblem,
} from "./store.ts";

export interface SqliteAccess {
  readonly database: DatabaseSync;
  readonly statements: Statements;
  readonly sweeper: SqliteSweeper;
  readonly limits: StoreLimits;
  readonly now: () => number;
  readonly patience: Patience;
}

/** What a request makes of the entry it found. `expiresAt` null: never. */
type Change<Ending> =
  | { readonly change: "nothing" | "remove"; readonly ending: Ending }
  | { readonly change: "put"; readonly value: string; readonly expiresAt: number | null; readonly ending: Ending };

export class SqliteNamespace implements Namespace {
  readonly #name: string;
  readonly #access: SqliteAccess;

  constructor(name: string, access: SqliteAccess) {
    this.#name = name;
    this.#access = access;
  }

  async get(key: string): Promise<Got> {
    return this.#refusal(key) ?? await whenUnlocked((): Got => {
      const row = this.#live(this.#row(key));
      return row === undefined ? { kind: "absent" } : { kind: "ok", value: row.value };
    }, this.#access.patience);
  }

  async set(key: string, value: string, expires?: number): Promise<Stored> {
    return this.#refusal(key, value) ?? await this.#change<Stored>(key, () => {
      return { change: "put", value, expiresAt: this.#expiry(expires), ending: { kind: "ok" } };
    });
  }

  async compareAndSet(key: string, expected: string | undefined, value: string, expires?: number): Promise<Compared> {
    return this.#refusal(key, value) ?? await this.#change<Compared>(key, (row) => {
      if (row?.value !== expected) return { change: "nothing", ending: conflict(row) };
      return { change: "put", value, expiresAt: this.#expiry(expires), ending: { kind: "ok" } };
    });
  }

  async increment(key: string, by: number, { expires, refresh = false }: Counting = {}): Promise<Counted> {
    return this.#refusal(key) ?? await this.#change<Counted>(key, (row) => {
      const sum = add(row?.value ?? "0", by);
      if (sum === undefined) return { change: "nothing", ending: conflict(row) };
      const expiresAt = row === undefined || refresh ? this.#expiry(expires) : row.expires_at;
      return { change: "put", value: String(sum), expiresAt, ending: { kind: "ok", value: sum } };
    });
  }

  async delete(key: string): Promise<Deleted> {
    const ending = this.#refusal(key) ?? await this.#change<Deleted>(key, (row) => {
      return { change: "remove", ending: { kind: row === undefined ? "absent" : "ok" } };
    });
    // Removing needs no room but for the journal; a disk without any is a disk that does not work.
    return ending.kind === "full" ? { kind: "failed", message: ending.message } : ending;
  }

  async scan(prefix: string, limit: number, after = ""): Promise<Scanned> {
    const most = Math.max(1, Math.min(limit, this.#access.limits.pageEntries));
    return this.#wrong("prefix", prefix) ?? this.#wrong("key", after) ??
      await whenUnlocked(() => this.#page(prefix, most, after), this.#access.patience);
  }

  /** Expired rows count like others, so that however many they are, a page costs no more; `after` leads past them. */
  #page(prefix: string, limit: number, after: string): Scanned {
    const { statements, limits } = this.#access;
    const entries: Entry[] = [];
    let [read, octets, last] = [0, 0, after];
    for (const each of statements.scan.iterate(this.#name, prefix, after, limit)) {
      const row = each as unknown as Row;
      if (!row.key.startsWith(prefix)) return { kind: "ok", entries };
      octets += octetsOf(row.key, row.value);
      if (octets > limits.pageOctets && read > 0) return { kind: "ok", entries, after: last };
      if (this.#live(row) !== undefined) entries.push({ key: row.key, value: row.value });
      [read, last] = [read + 1, row.key];
    }
    return read < limit ? { kind: "ok", entries } : { kind: "ok", entries, after: last };
  }

  #change<Ending>(key: string, decide: (row: Row | undefined) => Change<Ending>): Promise<Ending | Full | Failed> {
    return whenUnlocked(() => this.#transact(key, decide), this.#access.patience);
  }

  #transact<Ending>(key: string, decide: (row: Row | undefined) => Change<Ending>): Ending | Full {
    const { database, statements } = this.#access;
    statements.begin.run();
    try {
      const row = this.#row(key);
      const change = decide(this.#live(row));
      const full = change.change === "put" ? this.#put(key, row, change) : undefined;
      if (change.change === "remove") statements.remove.run(this.#name, key);
      statements.commit.run();
      return full ?? change.ending;
    } catch (error) {
      if (database.isTransaction) statements.rollback.run();
      if (isDiskFull(error)) return { kind: "full", message: "The disk of the store is full" };
      throw error;
    }
  }

  #put(key: string, row: Row | undefined, put: { value: string; expiresAt: number | null }): Full | undefined {
    const { statements, sweeper } = this.#access;
    let full = this.#full(key, row, put.value);
    // What has expired takes room until it is swept.
    if (full !== undefined && sweeper.step(this.#name) > 0) full = this.#full(key, this.#row(key), put.value);
    if (full === undefined) statements.put.run(this.#name, key, put.value, put.expiresAt);
    return full;
  }

  /** `row` as it lies there, expired or not: both take room. */
  #full(key: string, row: Row | undefined, value: string): Full | undefined {
    const { statements, limits } = this.#access;
    const usage = statements.usage.get(this.#name) as Usage | undefined;
    if (usage === undefined) return undefined;
    if (row === undefined && usage.entries >= limits.entries) {
      return { kind: "full", message: `${limits.entries} entries are all that ${this.#name} may store` };
    }
    const growth = octetsOf(key, value) - (row === undefined ? 0 : octetsOf(key, row.value));
    if (growth <= 0 || usage.octets + growth <= limits.octets) return undefined;
    return { kind: "full", message: `${limits.octets} octets are all that ${this.#name} may store` };
  }

  #row(key: string): Row | undefined {
    return this.#access.statements.get.get(this.#name, key) as Row | undefined;
  }

  #live(row: Row | undefined): Row | undefined {
    return row !== undefined && (row.expires_at === null || row.expires_at > this.#access.now()) ? row : undefined;
  }

  #expiry(expires: number | undefined): number | null {
    return expires === undefined ? null : Math.ceil(this.#access.now() + expires);
  }

  #refusal(key: string, value?: string): Failed | undefined {
    if (key === "") return { kind: "failed", message: "The key is empty" };
    return this.#wrong("key", key) ?? (value === undefined ? undefined : this.#wrong("value", value));
  }

  #wrong(what: "key" | "prefix" | "value", text: string): Failed | undefined {
    const { limits } = this.#access;
    const problem = textProblem(text, what === "value" ? limits.value : limits.key);
    return problem === undefined ? undefined : { kind: "failed", message: `The ${what} ${problem}` };
  }
}

function conflict(row: Row | undefined): { kind: "conflict"; value?: string } {
  return row === undefined ? { kind: "conflict" } : { kind: "conflict", value: row.value };
}

/** `undefined` where value or sum is no integer that a number holds exactly. */
function add(value: string, by: number): number | undefined {
  if (!/^-?\d{1,16}$/.test(value)) return undefined;
  const sum = Number(value) + by;
  return Number.isSafeInteger(sum) ? sum : undefined;
}

function octetsOf(key: string, value: string): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value);
}

function isDiskFull(error: unknown): boolean {
  return !isLocked(error) && /is full/.test(messageOf(error));
}
