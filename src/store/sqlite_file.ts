// The SQLite file: made, brought into shape and checked, so that everything later may rely on it.

import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { messageOf } from "./locked.ts";

/** In `user_version` of the file. A change of the tables raises it and brings older files along. */
const version = 1;

// `usage` is kept by triggers, in the transaction of the change itself, whoever makes it. An upsert fires the update's.
// The long column is the last, so that the sweep need not read it.
const tables = `
  CREATE TABLE entry (
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    expires_at INTEGER,
    value TEXT NOT NULL,
    PRIMARY KEY (namespace, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE usage (
    namespace TEXT NOT NULL PRIMARY KEY,
    entries INTEGER NOT NULL,
    octets INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER entry_inserted AFTER INSERT ON entry BEGIN
    INSERT INTO usage VALUES (new.namespace, 1, octet_length(new.key) + octet_length(new.value))
    ON CONFLICT DO UPDATE SET entries = entries + 1, octets = octets + excluded.octets;
  END;
  CREATE TRIGGER entry_updated AFTER UPDATE OF value ON entry
  WHEN octet_length(new.value) <> octet_length(old.value) BEGIN
    UPDATE usage SET octets = octets + octet_length(new.value) - octet_length(old.value)
    WHERE namespace = new.namespace;
  END;
  CREATE TRIGGER entry_deleted AFTER DELETE ON entry BEGIN
    UPDATE usage SET entries = entries - 1, octets = octets - octet_length(old.key) - octet_length(old.value)
    WHERE namespace = old.namespace;
  END;
  PRAGMA user_version = ${version};
`;

/** A file that this program must not touch; `message` ends a sentence that begins with the file's name. */
class UnfitFile extends Error {}

/** Throws what `explainFile` understands; "database is locked" may be over when it is tried again. */
export function openFile(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  createPrivately(path);
  // The time-out of 0 is explained at `whenUnlocked`.
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    prepare(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Only a new file is opened here: to close one that SQLite has open in this process would drop its locks. */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function prepare(database: DatabaseSync): void {
  const found = pragma(database, "user_version");
  if (typeof found !== "number" || found > version) throw new UnfitFile("was written by a newer version of qpsmtpd");
  if (pragma(database, "journal_mode = WAL") !== "wal") {
    throw new UnfitFile("is on a file system without shared memory; put it on a local disk");
  }
  // NORMAL: no fsync at each commit. A power failure can undo the last changes, but not damage the file.
  database.exec("PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -8192");
  database.exec("BEGIN IMMEDIATE");
  try {
    if (pragma(database, "user_version") === 0) makeTables(database);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function makeTables(database: DatabaseSync): void {
  const { count } = database.prepare("SELECT count(*) AS count FROM sqlite_schema").get() as { count: number };
  if (count > 0) throw new UnfitFile("is a database of another program");
  database.exec(tables);
}

function pragma(database: DatabaseSync, text: string): unknown {
  const row = database.prepare(`PRAGMA ${text}`).get();
  return row === undefined ? undefined : Object.values(row)[0];
}

const reasons: readonly (readonly [message: RegExp, reason: string])[] = [
  [/not a database|malformed|disk I\/O error/, "is damaged; restore a copy, or move it away and let plugins forget"],
  [/is locked|locking protocol/, "is locked by another process; end that one"],
  [
    /readonly|read-only|unable to open|E(ROFS|ACCES|PERM|NOENT|NOTDIR|EXIST)/,
    "cannot be opened for writing; give this user its folder",
  ],
  [/is full|ENOSPC|EDQUOT/, "has no room on its disk"],
  [/not open/, "is closed"],
];

/** One sentence that names the file and, where there is one, the remedy. */
export function explainFile(path: string, error: unknown): string {
  const message = messageOf(error);
  if (error instanceof UnfitFile) return `The store ${path} ${message}`;
  const reason = reasons.find(([pattern]) => pattern.test(message))?.[1];
  return `The store ${path} ${reason ?? "cannot be used"} (${message})`;
}
