// `host.ldap`: is this password that of an entry, and which entries are there?

import type { HostAccess } from "./host_access.ts";

/** Which server, and how. */
export interface LdapServer {
  /** As the need or the grant names it: `ldaps://ldap.example.org`, `ldap://127.0.0.1:389`. */
  readonly url: string;
  /** TLS by STARTTLS, for `ldap:`. */
  readonly startTls?: boolean;
  /** Milliseconds for all of a request: 5,000 unless given, 60,000 at most. */
  readonly timeout?: number;
}

/** Who asks; without it nobody in particular. */
export interface LdapIdentity {
  readonly dn: string;
  /** Never empty. */
  readonly password: string;
}

export interface LdapSearch {
  readonly base: string;
  readonly scope?: "base" | "one" | "sub";
  /**
   * The filter of RFC 4515; each `{0}`, `{1}`, … in it stands for one of `values`, which the host escapes: whatever a
   * value holds, it cannot change what the filter asks.
   */
  readonly filter: string;
  readonly values?: readonly string[];
  readonly as?: LdapIdentity;
}

/** HostError of both: `unavailable` (no answer, or one that says so), `tls`, `busy`, `timeout`, `refused`. */
export interface Ldap {
  /**
   * Does the server take this password for this entry (simple bind, RFC 4513 §5.1.3)? Never with an empty one, which a
   * server may take for nobody (§5.1.2): that is false.
   */
  bind(server: LdapServer, dn: string, password: string): boolean;
  /** The DNs of the entries that were found, 2 at most: enough to see that there is just one. */
  search(server: LdapServer, search: LdapSearch): readonly string[];
}

export function ldapOf({ call }: HostAccess): Ldap {
  return {
    bind(server: LdapServer, dn: string, password: string): boolean {
      return (call("ldap", { do: "bind", ...server, dn, password }) as { readonly right: boolean }).right;
    },
    search(server: LdapServer, search: LdapSearch): readonly string[] {
      return (call("ldap", { do: "search", ...server, ...search }) as { readonly entries: readonly string[] }).entries;
    },
  };
}
