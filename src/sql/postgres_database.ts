// A PostgreSQL server that plugins may ask: a few connections, and every question in a transaction that only reads.

import { isIP } from "node:net";
import pg from "pg";
import type { PostgresChoice } from "./choice.ts";
import { type Database, mostRows, type SqlAnswer, type SqlQuestion } from "./database.ts";
import type { SqlSecrets } from "./read_secrets.ts";

/** Milliseconds. */
const connecting = 5000;
const idle = 60_000;

export class PostgresDatabase implements Database {
  readonly atOnce: number;
  readonly #pool: pg.Pool;
  readonly #place: string;

  constructor(choice: PostgresChoice, secrets: SqlSecrets) {
    this.atOnce = choice.connections;
    this.#place = choice.path ?? `${choice.host}:${choice.port}`;
    this.#pool = new pg.Pool({
      host: choice.path ?? choice.host,
      port: choice.port,
      user: choice.user,
      database: choice.database ?? choice.user,
      // Given even where there is none: otherwise the library looks for files in the home of the user.
      password: secrets.password ?? "",
      ssl: tlsOf(choice, secrets),
      max: choice.connections,
      connectionTimeoutMillis: connecting,
      idleTimeoutMillis: idle,
      allowExitOnIdle: true,
      application_name: "qpsmtpd",
    });
    // An idle connection that breaks is replaced by the next question.
    this.#pool.on("error", () => {});
  }

  async ask(question: SqlQuestion, signal: AbortSignal): Promise<SqlAnswer> {
    let client: pg.PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      return this.#explained(error as pg.DatabaseError);
    }
    // Only a closed connection lets go of a question that nobody waits for.
    let isOver = false;
    const release = (broken: boolean): void => {
      if (!isOver) client.release(broken);
      isOver = true;
    };
    const abort = (): void => release(true);
    const ignore = (): void => {};
    signal.addEventListener("abort", abort, { once: true });
    client.on("error", ignore);
    try {
      if (signal.aborted) return { kind: "failed", message: "it was not waited for" };
      const result = await asked(client, question);
      release(false);
      return result;
    } catch (error) {
      const answer = this.#explained(error as pg.DatabaseError);
      release(answer.kind === "failed" || !await rolledBack(client));
      return answer;
    } finally {
      // A client that is not given back is waited for at the end for ever.
      release(true);
      signal.removeEventListener("abort", abort);
      client.off("error", ignore);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** Most words of the server repeat values, which may be secrets: only those about the statement itself are told. */
  #explained({ code, message }: pg.DatabaseError): SqlAnswer {
    const isCode = /^[0-9A-Z]{5}$/.test(code ?? "");
    if (!isCode) return { kind: "failed", message: `${this.#place}: ${code ?? message}` };
    // Class 42 is syntax and access rules; 57014 is the statement's time.
    if (code?.startsWith("42")) return { kind: "wrong", message: `${this.#place}: ${message} (${code})` };
    const isOutage = /^(08|28|3D|53|57|58|XX)/.test(code ?? "");
    return { kind: isOutage ? "failed" : "wrong", message: `${this.#place} refuses with SQLSTATE ${code}` };
  }
}

async function asked(client: pg.PoolClient, { statement, parameters, within }: SqlQuestion): Promise<SqlAnswer> {
  await client.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = ${Math.max(1, Math.ceil(within))}`);
  // As a part of another it can be nothing but one query, and its rows have an end.
  const text = `SELECT * FROM (\n${statement.replace(/;\s*$/, "")}\n) AS question LIMIT ${mostRows + 1}`;
  const { rows } = await client.query<{ readonly [column: string]: unknown }>({ text, values: [...parameters] });
  // Whatever it set for the session is undone.
  await client.query("ROLLBACK");
  return rows.length > mostRows ? { kind: "overlong" } : { kind: "rows", rows };
}

async function rolledBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query("ROLLBACK");
    return true;
  } catch {
    return false;
  }
}

function tlsOf(choice: PostgresChoice, { authorities }: SqlSecrets): pg.PoolConfig["ssl"] {
  const isHere = choice.path !== undefined || /^(127\.|::1$|localhost$)/.test(choice.host);
  if ((choice.tls ?? (isHere ? "off" : "verify")) === "off") return false;
  return {
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
    ...(isIP(choice.host) === 0 ? { servername: choice.host } : {}),
    ...(authorities === undefined ? {} : { ca: authorities }),
  };
}
