// A SQLite file that plugins may read: opened at the first question, and again when another file is in its place.

import { stat } from "node:fs/promises";
import { constants, DatabaseSync, type StatementSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import type { SqliteChoice } from "./choice.ts";
import { type Database, mostRows, type SqlAnswer, type SqlQuestion } from "./database.ts";

/** What SQLite may be asked to do; above all no recursion, which need not end. */
const allowed: ReadonlySet<number> = new Set([constants.SQLITE_SELECT, constants.SQLITE_READ]);

/** Functions that give no more than they are given. */
const functions: ReadonlySet<string> = new Set(
  `abs coalesce concat count date datetime hex ifnull iif instr json_extract julianday length like lower ltrim max min
   nullif round rtrim strftime substr substring sum time trim unixepoch upper`.split(/\s+/),
);

const mostStatements = 50;
const longestPause = 20;

interface Opened {
  readonly file: string;
  readonly database: DatabaseSync;
  readonly statements: Map<string, StatementSync>;
}

/**
 * Questions are answered one at a time, on the event loop of the server: they should find their rows by an index. A file
 * that another program has locked is tried again until the time is over.
 */
export class SqliteDatabase implements Database {
  readonly atOnce = 20;
  readonly #path: string;
  #opened: Opened | undefined;

  constructor({ path }: SqliteChoice) {
    this.#path = path;
  }

  async ask(question: SqlQuestion, signal: AbortSignal): Promise<SqlAnswer> {
    while (!signal.aborted) {
      try {
        const found = await stat(this.#path);
        if (!found.isFile()) return { kind: "failed", message: `${this.#path} is no file` };
        return answer(this.#open(`${found.dev}:${found.ino}`), question);
      } catch (error) {
        const { message } = error as Error;
        if (!/\bis locked\b|locking protocol/.test(message)) {
          return explained(this.#path, error as NodeJS.ErrnoException);
        }
      }
      await pause(Math.random() * longestPause);
    }
    return { kind: "failed", message: `${this.#path} is locked by another program` };
  }

  close(): Promise<void> {
    this.#opened?.database.close();
    this.#opened = undefined;
    return Promise.resolve();
  }

  #open(file: string): Opened {
    if (this.#opened?.file === file) return this.#opened;
    this.#opened?.database.close();
    this.#opened = undefined;
    // A time-out of SQLite's own would stop every session.
    const database = new DatabaseSync(this.#path, { readOnly: true, timeout: 0 });
    database.setAuthorizer((action, _first, second) => {
      const isAllowed = allowed.has(action) || (action === constants.SQLITE_FUNCTION && functions.has(second ?? ""));
      return isAllowed ? constants.SQLITE_OK : constants.SQLITE_DENY;
    });
    this.#opened = { file, database, statements: new Map() };
    return this.#opened;
  }
}

function answer({ database, statements }: Opened, { statement, parameters }: SqlQuestion): SqlAnswer {
  const prepared = statements.get(statement) ?? database.prepare(statement);
  if (statements.size >= mostStatements) statements.clear();
  statements.set(statement, prepared);
  prepared.setReadBigInts(true);
  const rows: { readonly [column: string]: unknown }[] = [];
  // SQLite has no booleans, and not every runtime makes them.
  const values = parameters.map((value) => typeof value === "boolean" ? Number(value) : value);
  for (const row of prepared.iterate(...values)) {
    if (rows.length === mostRows) return { kind: "overlong" };
    rows.push({ ...row as object });
  }
  return { kind: "rows", rows };
}

const mistakes =
  /syntax error|no such (?:table|column|function|module)|incomplete input|not authorized|prohibited|authorization|bind|range|ambiguous/i;

function explained(path: string, { code, message }: NodeJS.ErrnoException): SqlAnswer {
  if (mistakes.test(message)) return { kind: "wrong", message: `${path}: ${message}` };
  return { kind: "failed", message: `${path} cannot be read (${code === "ENOENT" ? code : message})` };
}
