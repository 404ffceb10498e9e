// Databases of IP addresses with a few addresses in them.

import type { Json } from "../../contract/contract.ts";

/** Records by address, by the path of the database. */
export type FakeMmdb = { readonly [file: string]: { readonly [address: string]: Json } };

export function fakeMmdb(databases: FakeMmdb): (request: object) => unknown {
  return (request) => {
    const { address } = request as { readonly address: string };
    const records = Object.entries(databases).flatMap(([file, known]) => {
      const record = known[address];
      return record === undefined ? [] : [{ file, type: "fake", record }];
    });
    return { records };
  };
}
