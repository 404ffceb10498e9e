// Opens one database as the operator describes it; the library of its kind is loaded only then.

import type { DatabaseChoice } from "./choice.ts";
import type { Database } from "./database.ts";
import { readSqlSecrets } from "./read_secrets.ts";
import { SqliteDatabase } from "./sqlite_database.ts";

export type DatabaseOpened =
  | { readonly kind: "database"; readonly database: Database }
  | { readonly kind: "failed"; readonly message: string };

/** Connects to nothing yet. */
export async function openDatabase(choice: DatabaseChoice): Promise<DatabaseOpened> {
  if (choice.kind === "sqlite") return { kind: "database", database: new SqliteDatabase(choice) };
  const read = await readSqlSecrets(choice);
  if (read.kind === "failed") return read;
  const { PostgresDatabase } = await import("./postgres_database.ts");
  return { kind: "database", database: new PostgresDatabase(choice, read.secrets) };
}
