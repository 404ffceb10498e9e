// The SQLite file: made, brought into shape and checked, so that everything later may rely on it.

import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { messageOf } from "./locked.ts";

/** What a file is to hold. */
export interface FileShape {
  /** In `user_version` of the file. A change of the tables raises it and brings older files along. */
  readonly version: number;
  /** SQL that makes the tables in an empty file. */
  readonly tables: string;
  /** OFF: never an fsync, and a power failure may damage the file. Right where no restart needs its content. */
  readonly synchronous: "NORMAL" | "OFF";
}

/** A file that this program must not touch; `message` ends a sentence that begins with the file's name. */
class UnfitFile extends Error {}

/** Throws what `explainFile` understands; "database is locked" may be over when it is tried again. */
export function openFile(path: string, shape: FileShape): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  createPrivately(path);
  // The time-out of 0 is explained at `whenUnlocked`.
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    prepare(database, shape);
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

function prepare(database: DatabaseSync, shape: FileShape): void {
  const found = pragma(database, "user_version");
  if (typeof found !== "number" || found > shape.version) {
    throw new UnfitFile("was written by a newer version of qpsmtpd");
  }
  if (pragma(database, "journal_mode = WAL") !== "wal") {
    throw new UnfitFile("is on a file system without shared memory; put it on a local disk");
  }
  database.exec(`PRAGMA synchronous = ${shape.synchronous}`);
  database.exec("PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -8192");
  database.exec("BEGIN IMMEDIATE");
  try {
    if (pragma(database, "user_version") === 0) makeTables(database, shape);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function makeTables(database: DatabaseSync, { tables, version }: FileShape): void {
  const { count } = database.prepare("SELECT count(*) AS count FROM sqlite_schema").get() as { count: number };
  if (count > 0) throw new UnfitFile("is a database of another program");
  database.exec(`${tables} PRAGMA user_version = ${version};`);
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
