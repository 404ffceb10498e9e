// A store in one SQLite file, for one machine: any number of processes may open it at a time.

import type { DatabaseSync } from "node:sqlite";
import { entryTables } from "./entry_tables.ts";
import { whenUnlocked } from "./locked.ts";
import { explainFile, openFile } from "./sqlite_file.ts";
import { SqliteNamespace } from "./sqlite_namespace.ts";
import { prepareStatements, type Statements } from "./sqlite_statements.ts";
import { SqliteSweeper } from "./sqlite_sweeper.ts";
import { type Failed, type Namespace, type Store, type StoreLimits, storeLimits } from "./store.ts";

export interface SqliteOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly limits?: Partial<StoreLimits>;
  /** Milliseconds to wait for a lock of another process: to open, and in each request. */
  readonly patience?: number;
}

export type Opened = { readonly kind: "store"; readonly store: SqliteStore } | Failed;

/** Makes the file, private to this user, and its folder if they are missing. */
export async function openStore(path: string, options: SqliteOptions = {}): Promise<Opened> {
  const explain = (error: unknown): string => explainFile(path, error);
  const open = (): Opened => ({ kind: "store", store: new SqliteStore(path, openFile(path, entryTables), options) });
  return await whenUnlocked(open, { wait: options.patience ?? 2000, explain });
}

/** Statements run on the main thread: each takes some 10 us, less than handing it to another thread would. */
export class SqliteStore implements Store {
  readonly description: string;
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #limits: StoreLimits;
  readonly #now: () => number;
  readonly #patience: number;
  readonly #sweeper: SqliteSweeper;

  constructor(path: string, database: DatabaseSync, { now = Date.now, limits, patience = 1000 }: SqliteOptions) {
    this.description = path;
    this.#database = database;
    this.#statements = prepareStatements(database);
    this.#limits = { ...storeLimits, ...limits };
    this.#now = now;
    this.#patience = patience;
    this.#sweeper = new SqliteSweeper(this.#statements, now);
    this.#sweeper.start();
  }

  namespace(name: string, signal?: AbortSignal): Namespace {
    const explain = (error: unknown): string => explainFile(this.description, error);
    return new SqliteNamespace(name, {
      database: this.#database,
      statements: this.#statements,
      sweeper: this.#sweeper,
      limits: this.#limits,
      now: this.#now,
      patience: { wait: this.#patience, signal, explain },
    });
  }

  /** Removes some expired entries, as a timer does, and returns how many: see `SqliteSweeper`. */
  sweep(): number {
    return this.#sweeper.step();
  }

  close(): Promise<void> {
    this.#sweeper.stop();
    if (this.#database.isOpen) this.#database.close();
    return Promise.resolve();
  }
}
