// Scopes of `run`, `ldap` and `sql`: each names one thing, in one spelling.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLdapScope } from "./ldap_scope.ts";
import { parseRunScope } from "./run_scope.ts";
import type { ParsedScope } from "./scope.ts";
import { parseSqlScope } from "./sql_scope.ts";

const rows:
  readonly (readonly [read: (text: string) => ParsedScope, text: string, parts: readonly string[] | "bad"])[] = [
    [parseRunScope, "/bin/checkpassword", ["/bin/checkpassword"]],
    [parseRunScope, "checkpassword", "bad"],
    [parseRunScope, "/bin/*", "bad"],
    [parseRunScope, "/bin/../sbin/x", "bad"],
    [parseRunScope, "/bin//x", "bad"],
    [parseRunScope, "/bin/", "bad"],
    [parseRunScope, "/bin/x y", "bad"],
    [parseRunScope, `/${"x".repeat(300)}`, "bad"],
    [parseLdapScope, "ldaps://LDAP.example.org", ["ldaps", "ldap.example.org", "636"]],
    [parseLdapScope, "ldap://[0::1]/", ["ldap", "0:0:0:0:0:0:0:1", "389"]],
    [parseLdapScope, "ldap://127.0.0.1:1389", ["ldap", "127.0.0.1", "1389"]],
    [parseLdapScope, "ldap://*.example.org", "bad"],
    [parseLdapScope, "ldap://127.1", "bad"],
    [parseLdapScope, "ldap://a.test:0", "bad"],
    [parseLdapScope, "ldap://a.test:99999", "bad"],
    [parseLdapScope, "ldap://a.test/dc=x", "bad"],
    [parseLdapScope, "ldap://user@a.test", "bad"],
    [parseLdapScope, "http://a.test", "bad"],
    [parseLdapScope, "a.test", "bad"],
    [parseSqlScope, "users", ["users"]],
    [parseSqlScope, "users_2", ["users_2"]],
    [parseSqlScope, "*", "bad"],
    [parseSqlScope, "Users", "bad"],
    [parseSqlScope, "__proto__", "bad"],
  ];

for (const [read, text, parts] of rows) {
  test(`${read.name}: ${text.slice(0, 60)}`, () => {
    const parsed = read(text);
    assert.deepEqual(parsed.kind === "scope" ? parsed.parts : "bad", parts);
  });
}
