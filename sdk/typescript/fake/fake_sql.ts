// Databases that are functions of what they are asked.

import { HostError } from "../host/host_error.ts";
import type { SqlRow, SqlValue } from "../host/sql.ts";

/** By name; nobody answers for others. A database may throw a HostError. */
export type FakeSql = {
  readonly [database: string]: (statement: string, parameters: readonly SqlValue[]) => readonly SqlRow[];
};

interface Asked {
  readonly database: string;
  readonly statement: string;
  readonly parameters: readonly SqlValue[];
}

export function fakeSql(databases: FakeSql): (request: object) => unknown {
  return (request) => {
    const { database, statement, parameters } = request as Asked;
    const ask = databases[database];
    if (ask === undefined) throw new HostError("unavailable", `fakeHost: there is no database ${database}`);
    return { rows: ask(statement, parameters) };
  };
}
