// Every case of qpsmtpd's own tests has its place: a test here, a row of the differences, or a time to come.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { clientTests, contentTests } from "./reference/client_plugin_cases.ts";
import { envelopeTests, userTests } from "./reference/policy_plugin_cases.ts";
import { protocolTests } from "./reference/protocol_cases.ts";
import type { Shown, UpstreamTest, Where } from "./reference/reference_case.ts";
import { serverTests } from "./reference/server_cases.ts";
import { untestedUpstream } from "./reference/untested_cases.ts";

const root = join(import.meta.dirname, "..");

/** Files below t/ and t/plugin_tests/; there, nothing is tested of what stands last. */
const upstream = `
addresses.t helo.t misc.t rset.t auth.t qpsmtpd-smtp.t qpsmtpd.t qpsmtpd-base.t qpsmtpd-config.t qpsmtpd-address.t
qpsmtpd-db*.t qpsmtpd-plugin.t packaging.t xt/01-syntax xt/02-pod

badmailfrom badmailfromto badrcptto content_log count_unrecognized_commands dmarc dnsbl earlytalker fcrdns greylisting
headers helo ident/geoip ident/p0f rcpt_ok relay resolvable_fromhost sender_permitted_from spamassassin user_config
virus/clamdscan auth_flat_file checkpassword vpopmail vpopmail_sql vpopmaild authdeny auth_imap authnull

(none)
`.trim().split(/\s+/);

const groups: readonly (readonly UpstreamTest[])[] = [
  protocolTests,
  serverTests,
  envelopeTests,
  userTests,
  clientTests,
  contentTests,
  untestedUpstream,
];
const tests = groups.flat();

const texts = new Map<string, string>();

function textOf(file: string): string {
  const text = texts.get(file) ?? readFileSync(join(root, file), "utf8");
  texts.set(file, text);
  return text;
}

/** Words that only begin a string, a row or a line: whoever changes the test's title changes the table. */
function stands({ file, test: words }: Shown): boolean {
  const escaped = words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?:["'\`]|^[ \\t]*)${escaped}`, "m").test(textOf(file));
}

function objection(where: Where): string | undefined {
  if (where.kind === "later") return undefined;
  if (where.kind !== "shown") {
    const row = `\n| ${where.part} | ${where.difference}`;
    if (!textOf("plugins-wasm/DIFFERENCES.md").includes(row)) return `DIFFERENCES.md has no row${row}`;
  }
  if (where.kind === "absent" || stands(where.by)) return undefined;
  return `${where.by.file} has no test "${where.by.test}"`;
}

test("every test file of qpsmtpd is in the table, once, with its cases", () => {
  assert.deepEqual(tests.map((each) => each.upstream).sort(), [...upstream].sort());
  assert.deepEqual(tests.filter(({ cases }) => cases.length === 0), []);
});

for (const { upstream, cases } of tests) {
  test(`${upstream}: what is named here is there`, () => {
    const missing = cases.map(([demand, where]) => [demand, objection(where)]).filter(([, why]) => why !== undefined);
    assert.deepEqual(missing, []);
  });
}
