// How much each of several processes holds of what they share: one count for each key and process, in one SQLite file.

import { rmSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { whenUnlocked } from "./locked.ts";
import { isSurelyDead, ownMark, type ProcessMark } from "./process_mark.ts";
import { explainFile, openFile } from "./sqlite_file.ts";
import type { Failed } from "./store.ts";
import { type HolderRow, prepareTallies, type TallyStatements, tallyTables } from "./tally_tables.ts";

export interface TallyOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Milliseconds without `renew` after which what this process holds counts no more. */
  readonly expiry?: number;
  /** Milliseconds to wait for a lock while opening. */
  readonly patience?: number;
  /** A damaged file is removed. Only for who opens it before all others. */
  readonly repair?: boolean;
}

export type TalliesOpened = { readonly kind: "tallies"; readonly tallies: Tallies } | Failed;

/** What a process holds now, by key. Always the whole number, never a difference, so that writing it again is harmless. */
export type Held = Iterable<readonly [key: string, count: number]>;

/** Makes the file and its folder if they are missing, and removes what dead processes left in it. */
export async function openTallies(path: string, options: TallyOptions = {}): Promise<TalliesOpened> {
  const wait = options.patience ?? 2000;
  const explain = (error: unknown): string => explainFile(path, error);
  const open = (): TalliesOpened => ({ kind: "tallies", tallies: new Tallies(path, openTallyFile(path), options) });
  const opened = await whenUnlocked(open, { wait, explain });
  if (opened.kind === "tallies" || options.repair !== true || !/ is damaged; /.test(opened.message)) return opened;
  for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
  return await whenUnlocked(open, { wait, explain });
}

function openTallyFile(path: string): DatabaseSync {
  const database = openFile(path, tallyTables);
  try {
    const found = Object.values(database.prepare("PRAGMA quick_check(1)").get() ?? {})[0];
    if (found !== "ok") throw new Error(`malformed: ${found}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Every method takes some 20 us, on the thread that calls it, and throws if the file is locked (see `isLocked`) or does
 * not work; then nothing was changed.
 */
export class Tallies {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #now: () => number;
  readonly #expiry: number;
  readonly #mark: ProcessMark = ownMark();
  readonly #statements: TallyStatements;
  #holder: number;

  constructor(path: string, database: DatabaseSync, { now = Date.now, expiry = 30_000 }: TallyOptions) {
    this.#path = path;
    this.#database = database;
    this.#now = now;
    this.#expiry = expiry;
    this.#statements = prepareTallies(database);
    try {
      this.#holder = this.#transact(() => {
        this.#removeDead();
        return this.#register();
      });
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** One sentence, with the file's name, about what a method threw. */
  explain(error: unknown): string {
    return explainFile(this.#path, error);
  }

  /** In one transaction: what all others together hold of each key, and what this process holds of them thereafter. */
  exchange<Ending>(
    keys: readonly string[],
    decide: (others: readonly number[]) => { readonly held: Held; readonly ending: Ending },
  ): Ending {
    return this.#transact(() => {
      const { held, ending } = decide(keys.map((key) => this.#othersHold(key)));
      this.#write(held);
      return ending;
    });
  }

  /** From now on this process holds so much of these keys. */
  write(held: Held): void {
    this.#transact(() => this.#write(held));
  }

  /** From now on this process holds so much, and nothing of any other key. */
  replace(all: Held): void {
    this.#transact(() => {
      this.#statements.removeTallies.run(this.#holder);
      this.#write(all);
    });
  }

  /**
   * To be called several times within the expiry. A process that was taken for dead, as a clock that was set can
   * make it, writes anew all that it holds. What expired ones held is removed.
   */
  renew(all: Held): void {
    const { renew, removeTallies } = this.#statements;
    this.#transact(() => {
      if (renew.run(this.#now() + this.#expiry, this.#holder).changes === 0) {
        removeTallies.run(this.#holder);
        this.#holder = this.#register();
        this.#write(all);
      }
      this.#remove(({ expires_at }) => expires_at <= this.#now());
    });
  }

  /** Removes what a process held that this one saw end: its child, above all. */
  forget(pid: number): void {
    const { namespace } = this.#mark;
    this.#transact(() => this.#remove((row) => row.pid === pid && row.namespace === namespace));
  }

  /** Nothing is held by this process any more. Never throws. */
  close(): void {
    if (!this.#database.isOpen) return;
    try {
      this.#transact(() => this.#remove(({ id }) => id === this.#holder));
    } catch {
      // Locked or broken: others will find that this process is dead.
    }
    this.#database.close();
  }

  #transact<Result>(act: () => Result): Result {
    const { begin, commit, rollback } = this.#statements;
    begin.run();
    try {
      const result = act();
      commit.run();
      return result;
    } catch (error) {
      if (this.#database.isTransaction) rollback.run();
      throw error;
    }
  }

  #othersHold(key: string): number {
    return (this.#statements.others.get(key, this.#holder) as { readonly total: number }).total;
  }

  #write(held: Held): void {
    const { put, remove } = this.#statements;
    for (const [key, count] of held) {
      if (count > 0) put.run(key, this.#holder, count);
      else remove.run(key, this.#holder);
    }
  }

  #register(): number {
    const { pid, boot, namespace, began } = this.#mark;
    const expiresAt = this.#now() + this.#expiry;
    return Number(this.#statements.register.run(pid, boot, namespace, began, expiresAt).lastInsertRowid);
  }

  #removeDead(): void {
    this.#remove((row) => row.expires_at <= this.#now() || isSurelyDead(row, this.#mark));
    this.#statements.removeOrphans.run();
  }

  #remove(isGone: (row: HolderRow) => boolean): void {
    const rows = this.#statements.holders.all() as unknown as readonly HolderRow[];
    for (const { id } of rows.filter(isGone)) {
      this.#statements.removeHolder.run(id);
      this.#statements.removeTallies.run(id);
    }
  }
}
