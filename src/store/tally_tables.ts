// The tables of processes and what they hold, and the SQL on them, prepared once.

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ProcessMark } from "./process_mark.ts";
import type { FileShape } from "./sqlite_file.ts";

// A file of its own, since what processes hold ends with them: without any fsync a change takes half the time, and no
// session waits while a disk turns. Removing a holder reads the whole table: it holds no more than is held at the time.
export const tallyTables: FileShape = {
  version: 1,
  synchronous: "OFF",
  // AUTOINCREMENT: an id is never given again, so a holder taken for dead cannot write over another one.
  tables: `
    CREATE TABLE holder (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      pid INTEGER NOT NULL,
      boot TEXT NOT NULL,
      namespace TEXT NOT NULL,
      began TEXT NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE tally (
      key TEXT NOT NULL,
      holder INTEGER NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (key, holder)
    ) STRICT, WITHOUT ROWID;`,
};

export interface HolderRow extends ProcessMark {
  readonly id: number;
  readonly expires_at: number;
}

export interface TallyStatements {
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  readonly rollback: StatementSync;
  /** key, holder -> { total } */
  readonly others: StatementSync;
  /** key, holder, count */
  readonly put: StatementSync;
  /** key, holder */
  readonly remove: StatementSync;
  /** pid, boot, namespace, began, expires_at */
  readonly register: StatementSync;
  /** expires_at, holder */
  readonly renew: StatementSync;
  /** -> HolderRow */
  readonly holders: StatementSync;
  readonly removeHolder: StatementSync;
  readonly removeTallies: StatementSync;
  readonly removeOrphans: StatementSync;
}

export function prepareTallies(database: DatabaseSync): TallyStatements {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  return {
    // IMMEDIATE: who reads first and writes then could be refused the lock in between.
    begin: prepare("BEGIN IMMEDIATE"),
    commit: prepare("COMMIT"),
    rollback: prepare("ROLLBACK"),
    others: prepare("SELECT ifnull(sum(count), 0) AS total FROM tally WHERE key = ? AND holder <> ?"),
    put: prepare("INSERT INTO tally VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = excluded.count"),
    remove: prepare("DELETE FROM tally WHERE key = ? AND holder = ?"),
    register: prepare("INSERT INTO holder (pid, boot, namespace, began, expires_at) VALUES (?, ?, ?, ?, ?)"),
    renew: prepare("UPDATE holder SET expires_at = ? WHERE id = ?"),
    holders: prepare("SELECT id, pid, boot, namespace, began, expires_at FROM holder"),
    removeHolder: prepare("DELETE FROM holder WHERE id = ?"),
    removeTallies: prepare("DELETE FROM tally WHERE holder = ?"),
    removeOrphans: prepare("DELETE FROM tally WHERE holder NOT IN (SELECT id FROM holder)"),
  };
}
