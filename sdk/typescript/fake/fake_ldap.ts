// Directories in a table.

import { HostError } from "../host/host_error.ts";
import type { LdapSearch } from "../host/ldap.ts";

export interface FakeLdapEntry {
  readonly dn: string;
  readonly password: string;
  /** Found by these: the filter with its values in place, not escaped. */
  readonly filters?: readonly string[];
}

/** The entries of each server by its URL; nobody answers for others. */
export type FakeLdap = { readonly [url: string]: readonly FakeLdapEntry[] };

interface Asked extends LdapSearch {
  readonly do: "bind" | "search";
  readonly url: string;
  readonly dn: string;
  readonly password: string;
}

export function fakeLdap(servers: FakeLdap): (request: object) => unknown {
  return (request) => {
    const asked = request as Asked;
    const entries = servers[asked.url];
    if (entries === undefined) throw new HostError("unavailable", `fakeHost: nobody answers at ${asked.url}`);
    const isRight = (dn: string, password: string): boolean => {
      return password !== "" && entries.some((entry) => entry.dn === dn && entry.password === password);
    };
    if (asked.do === "bind") return { right: isRight(asked.dn, asked.password) };
    if (asked.as !== undefined && !isRight(asked.as.dn, asked.as.password)) {
      throw new HostError("refused", "fakeHost: the identity is not taken");
    }
    const filter = asked.filter.replaceAll(/\{(\d)\}/g, (_all, index: string) => asked.values?.[Number(index)] ?? "");
    const found = entries.filter(({ filters = [] }) => filters.includes(filter));
    return { entries: found.slice(0, 2).map(({ dn }) => dn) };
  };
}
