// The SQL of the store, prepared once.

import type { DatabaseSync, StatementSync } from "node:sqlite";

export interface Statements {
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  readonly rollback: StatementSync;
  /** namespace, key -> Row */
  readonly get: StatementSync;
  /** namespace, key, value, expires_at */
  readonly put: StatementSync;
  /** namespace, key */
  readonly remove: StatementSync;
  /** namespace, least key, key to be behind, limit -> Row, in order of keys, the expired ones too */
  readonly scan: StatementSync;
  /** namespace -> Usage */
  readonly usage: StatementSync;
  /** namespace -> { namespace } of the next one in order */
  readonly nextNamespace: StatementSync;
  /** namespace, key to be behind, how many to skip -> { key } */
  readonly lastOfStep: StatementSync;
  /** namespace twice, key to be behind, how many to look at, now */
  readonly sweep: StatementSync;
}

export interface Row {
  readonly key: string;
  readonly value: string;
  readonly expires_at: number | null;
}

export interface Usage {
  readonly entries: number;
  readonly octets: number;
}

export function prepareStatements(database: DatabaseSync): Statements {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  return {
    // IMMEDIATE: to read first and be refused the lock only then would be work for nothing.
    begin: prepare("BEGIN IMMEDIATE"),
    commit: prepare("COMMIT"),
    rollback: prepare("ROLLBACK"),
    get: prepare("SELECT key, value, expires_at FROM entry WHERE namespace = ? AND key = ?"),
    put: prepare(
      `INSERT INTO entry (namespace, key, value, expires_at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
    ),
    remove: prepare("DELETE FROM entry WHERE namespace = ? AND key = ?"),
    scan: prepare(
      `SELECT key, value, expires_at FROM entry WHERE namespace = ? AND key >= ? AND key > ? ORDER BY key LIMIT ?`,
    ),
    usage: prepare("SELECT entries, octets FROM usage WHERE namespace = ?"),
    nextNamespace: prepare("SELECT namespace FROM usage WHERE namespace > ? ORDER BY namespace LIMIT 1"),
    lastOfStep: prepare("SELECT key FROM entry WHERE namespace = ? AND key > ? ORDER BY key LIMIT 1 OFFSET ?"),
    sweep: prepare(
      `DELETE FROM entry WHERE namespace = ? AND key IN (
         SELECT key FROM (
           SELECT key, expires_at FROM entry WHERE namespace = ? AND key > ? ORDER BY key LIMIT ?
         ) WHERE expires_at <= ?
       )`,
    ),
  };
}
