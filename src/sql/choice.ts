// What the operator says of a database: `[database.NAME]` with its values in place and its paths absolute.

export type DatabaseChoice = SqliteChoice | PostgresChoice;

export interface SqliteChoice {
  readonly kind: "sqlite";
  readonly path: string;
}

export interface PostgresChoice {
  readonly kind: "postgres";
  readonly host: string;
  readonly port: number;
  /** The folder of its Unix socket, in the place of the host. */
  readonly path?: string;
  readonly user: string;
  readonly passwordFile?: string;
  readonly database?: string;
  /** Absent: `verify`, and `off` on this machine. */
  readonly tls?: "off" | "verify";
  readonly ca?: string;
  readonly connections: number;
}

/** By name. */
export type DatabaseChoices = { readonly [name: string]: DatabaseChoice };
