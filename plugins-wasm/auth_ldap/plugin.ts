// Lets in the users of a directory: one search for the entry, and one bind as that entry with the password.

import { definePlugin } from "#sdk";
import type { Answer, Given, Host, LdapSearch, LdapServer, Plugin } from "#sdk";
import { type Claimed, type Judged, judgePassword } from "../shared/judge_password.ts";
import { printable } from "../shared/printable.ts";
import { canonicalName } from "../shared/user_name.ts";

interface Setup {
  readonly server: LdapServer;
  readonly search: LdapSearch;
}

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const { settings } = given;
    const url = String(settings["server"]);
    const startTls = url.startsWith("ldap:") && settings["start_tls"] !== false;
    const server = { url, startTls, timeout: Number(settings["ldap_timeout"]) * 1000 };
    return { server, search: searchOf(given) };
  },

  auth(event, setup, host): Answer {
    return judgePassword(event, host, (claimed) => judge(claimed, setup, host), canonicalName(event.claimed));
  },
});

export default plugin;

function searchOf(given: Given): LdapSearch {
  const word = (name: string): string => String(given.settings[name] ?? "");
  const attribute = word("ldap_auth_filter_attr");
  // RFC 4512 §2.5: a name or an OID, with options.
  if (!/^[A-Za-z0-9.;-]+$/.test(attribute)) given.problem("settings.ldap_auth_filter_attr", "is no attribute");
  const own = word("filter");
  if (own !== "" && !/^\(.*\{[02]\}.*\)$/s.test(own)) {
    given.problem("settings.filter", "must be in parentheses, and have {0} or {2} in it");
  }
  const [dn, password] = [word("search_dn"), word("search_password")];
  if ((dn === "") !== (password === "")) given.problem("settings.search_dn", "and search_password need each other");
  const search = { base: word("ldap_base"), filter: own === "" ? `(${attribute}={0})` : own } as const;
  return dn === "" ? search : { ...search, as: { dn, password } };
}

function judge({ name: written, password }: Claimed, { server, search }: Setup, host: Host): Judged {
  const name = canonicalName(written);
  if (name.length > 255) return "unknown";
  const at = name.lastIndexOf("@");
  const values = at < 0 ? [name, "", name] : [name.slice(0, at), name.slice(at + 1), name];
  const [entry, another] = host.ldap.search(server, { ...search, values });
  if (another !== undefined) {
    host.log("error", `there are several entries of ${printable(name, 100)}: nobody can say who that is`);
    return "unavailable";
  }
  if (entry !== undefined) return host.ldap.bind(server, entry, password) ? "right" : "wrong";
  // Nobody, asked all the same: otherwise the time tells who exists.
  host.ldap.bind(server, `cn=nobody,${search.base}`, password);
  return "unknown";
}
