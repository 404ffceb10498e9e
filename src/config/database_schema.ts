// `[database.NAME]`: the databases that plugins may ask. Their secrets stay here; a plugin knows the name.

import * as v from "valibot";
import type { DatabaseChoice } from "../sql/choice.ts";
import { camelKeys } from "./camel_keys.ts";
import { choice, count, host, keyed, label, path } from "./schema_values.ts";

/** One table; paths are as written. */
export type DatabaseTable = DatabaseChoice;

/** By name. */
export type DatabaseTables = { readonly [name: string]: DatabaseTable };

function word(): v.GenericSchema<unknown, string> {
  const message = "expected 1 to 63 characters";
  return v.pipe(v.string(message), v.regex(/^[^\0]{1,63}$/, message));
}

const sqlite = v.strictObject({
  kind: v.pipe(v.literal("sqlite"), v.description("A file of SQLite, opened for reading only.")),
  path: v.pipe(path(), v.description("The file, relative to this one.")),
});

const postgres = v.strictObject({
  kind: v.pipe(v.literal("postgres"), v.description("A server of PostgreSQL.")),
  host: keyed(host(), "127.0.0.1", "Its name or address."),
  port: count(5432, 65535, "Its port."),
  path: v.exactOptional(v.pipe(path(), v.description("The folder of its Unix socket, in the place of host."))),
  user: v.pipe(word(), v.description("The role: one that can read what is to be read, and nothing else.")),
  password_file: v.exactOptional(v.pipe(path(), v.description("The file that holds its password, and nothing else."))),
  database: v.exactOptional(v.pipe(word(), v.description("The database; if absent, the one named as the user."))),
  tls: v.exactOptional(
    v.pipe(
      choice(["off", "verify"]),
      v.description("Encrypted, to nobody but the host itself (verify); off is the default on this machine alone."),
    ),
  ),
  ca: v.exactOptional(v.pipe(path(), v.description("PEM file of the authorities that are trusted."))),
  connections: count(4, 100, "Most connections at the same time."),
});

/** The keys of both, for whoever wants all explained. */
export const databaseKeys: readonly string[] = [
  ...new Set([...Object.keys(sqlite.entries), ...Object.keys(postgres.entries)]),
];

const table = v.pipe(
  v.variant("kind", [sqlite, postgres], `expected kind = "sqlite" or "postgres"`),
  v.transform((keys) => camelKeys(keys) as DatabaseTable),
);

export const database: v.GenericSchema<unknown, DatabaseTables> = keyed(
  v.record(label() as v.GenericSchema<string, string>, table, "expected tables [database.NAME]"),
  {},
  "Databases that plugins may ask, each by its name.",
);
