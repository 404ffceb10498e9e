// `host.sql`: questions to the databases that the operator named in the configuration.

import type { Json } from "../../contract/contract.ts";
import type { HostAccess } from "./host_access.ts";

/** What a placeholder may stand for. */
export type SqlValue = string | number | boolean | null;

/**
 * By the names of the columns. Whole numbers too large for JavaScript, decimals and times are texts; octets are
 * `{ base64 }`.
 */
export type SqlRow = { readonly [column: string]: Json };

export interface Sql {
  /**
   * `database` is the name in `[database.NAME]`. Parameters stand for `?` (SQLite) or `$1` (PostgreSQL), 32 at most. One
   * statement, which can only read. 100 rows and 262,144 octets at most. `timeout` is in milliseconds: 5,000 unless
   * given, 60,000 at most. HostError: `unavailable` (nobody answers), `statement` (the database refuses it), `tooLarge`,
   * `busy` (too many ask already), `timeout`.
   */
  query(
    database: string,
    statement: string,
    parameters?: readonly SqlValue[],
    options?: { readonly timeout?: number },
  ): readonly SqlRow[];
}

export function sqlOf({ call }: HostAccess): Sql {
  return {
    query(
      database: string,
      statement: string,
      parameters: readonly SqlValue[] = [],
      { timeout }: { readonly timeout?: number } = {},
    ): readonly SqlRow[] {
      const { rows } = call("sql", { database, statement, parameters, timeout }) as { readonly rows: SqlRow[] };
      return rows;
    },
  };
}
