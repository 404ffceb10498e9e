// Asks the database for one user: parameters in, a secret out.

import type { Host, SqlRow } from "#sdk";
import { printable } from "../shared/printable.ts";
import { type PasswordSecret, readSecret } from "../shared/secret.ts";

const parameters = ["user", "local_part", "domain"] as const;
export type Parameter = (typeof parameters)[number];

export interface Lookup {
  readonly database: string;
  readonly query: string;
  /** What the placeholders stand for, in their order. */
  readonly parameters: readonly Parameter[];
  /** Milliseconds. */
  readonly timeout: number;
}

/** `notHere`: not asked, the name cannot be one. `doubtful`: the operator has to look; the log says why. */
export type Found =
  /** No secret: no such user, or one without a password. */
  | { readonly kind: "looked"; readonly secret: PasswordSecret | undefined; readonly user: string | undefined }
  | { readonly kind: "notHere" }
  | { readonly kind: "doubtful" };

export function isParameter(text: string): text is Parameter {
  return parameters.some((each) => each === text);
}

/** `name` in lower case. Throws the HostErrors of `sql`. */
export function findUser(name: string, lookup: Lookup, host: Host): Found {
  const at = name.lastIndexOf("@");
  const needsDomain = lookup.parameters.includes("domain");
  if (name === "" || name.length > 255 || name.includes("\0") || (needsDomain && at < 1)) return { kind: "notHere" };
  const values = {
    user: name,
    local_part: at < 0 ? name : name.slice(0, at),
    domain: at < 0 ? "" : name.slice(at + 1),
  };
  const given = lookup.parameters.map((parameter) => values[parameter]);
  const rows = host.sql.query(lookup.database, lookup.query, given, { timeout: lookup.timeout });
  if (rows.length < 2) return readRow(name, rows[0], host);
  host.log("error", `the query gives ${rows.length} rows for ${printable(name, 100)}: nobody can say who that is`);
  return { kind: "doubtful" };
}

function readRow(name: string, row: SqlRow | undefined, host: Host): Found {
  if (row === undefined) return { kind: "looked", secret: undefined, user: undefined };
  const { user, secret, clear } = row;
  if (secret === undefined && clear === undefined) {
    host.log("error", "the query gives neither a column secret nor one called clear");
    return { kind: "doubtful" };
  }
  const said = typeof user === "string" && user !== "" ? user : undefined;
  const text = typeof clear === "string" && clear !== "" ? `{CLEAR}${clear}` : secret;
  if (typeof text !== "string" || text === "") return { kind: "looked", secret: undefined, user: said };
  const read = readSecret(text);
  if (typeof read !== "string" && read.kind !== "certificate") return { kind: "looked", secret: read, user: said };
  // What is wrong with it tells nothing of it.
  host.log("error", `${printable(name, 100)} ${typeof read === "string" ? read : "has a certificate for a secret"}`);
  return { kind: "looked", secret: undefined, user: said };
}
