import assert from "node:assert/strict";
import { test } from "node:test";
import { bundled as plugins, type Files, migration } from "../../test/support/old_configuration.ts";
import type { Remark, Table } from "./effect.ts";

function tables(files: Files): readonly Table[] {
  return migration(files).steps.flatMap(({ table }) => table ?? []);
}

const late = ["relay", "authenticated", "allowed"];
type Rest = { readonly [K in "mode" | "as" | "immune" | "settings" | "name"]?: unknown };

/** One line of `plugins`, and what of its table is not the name, the grants or nothing. */
const lines: readonly (readonly [line: string, table: Rest])[] = [
  ["rcpt_ok", {}],
  ["hosts_allow", {}],
  ["count_unrecognized_commands 4", { settings: { max: 4 } }],
  ["count_unrecognized_commands", {}],
  ["noop_counter 7", { settings: { max: 7 } }],
  ["random_error 2.5", { settings: { percent: 2.5 } }],
  ["connection_time LOGWARN", { settings: { loglevel: "warn" } }],
  ["connection_time 7", { settings: { loglevel: "debug" } }],
  ["relay only 1", { settings: { only: true } }],
  ["check_relay", { name: "relay" }],
  ["badmailfrom", { immune: late }],
  ["badmailfrom reject 0", { mode: "monitor", immune: late }],
  ["badmailfrom reject 1 reject_type temp", { as: "defer", immune: late }],
  ["badmailfrom reject 1 reject_type perm", { immune: late }],
  ["badmailfrom reject naughty", { mode: "monitor", immune: late }],
  ["dnsbl", { immune: late }],
  ["dnsbl disconnect", { as: "disconnect", immune: late }],
  ["dnsbl reject_type=soft", { as: "defer", immune: late }],
  ["rhsbl disconnect", { as: "disconnect", immune: late }],
  ["async/dnsbl reject 0", { name: "dnsbl", mode: "monitor", immune: late }],
  ["resolvable_fromhost", { as: "defer", immune: late }],
  ["resolvable_fromhost reject_type hard", { immune: late }],
  ["helo policy strict reject 0", {
    mode: "monitor",
    as: "disconnect",
    immune: late,
    settings: { add_header: true, policy: "strict" },
  }],
  ["helo reject_type temp", { as: "disconnect", immune: late, settings: { add_header: true } }],
  ["headers", { immune: late, settings: { require: ["From"] } }],
  ["headers require From,Date future 2 past 15 reject 0", {
    mode: "monitor",
    immune: late,
    settings: { require: ["From", "Date"], future: 2, past: 15 },
  }],
  ["earlytalker", { immune: ["relay", "allowed"] }],
  ["earlytalker check-at CONNECT check-at DATA", {
    immune: ["relay", "allowed"],
    settings: { check_at: ["connect", "data"] },
  }],
  ["earlytalker defer-reject 1", { mode: "late", immune: ["relay", "allowed"] }],
  ["earlytalker action log", { mode: "monitor", immune: ["relay", "allowed"] }],
  ["greylisting black_timeout 60 recipient 1", { immune: late, settings: { black_timeout: 60, recipient: true } }],
  ["greylisting reject 0", { mode: "monitor", immune: late }],
  ["karma penalty_days 2 reject 0", {
    mode: "monitor",
    as: "disconnect",
    immune: ["relay", "allowed"],
    settings: { penalty_days: 2 },
  }],
  ["rcpt_map domain a.example file /etc/map default DENY=No_such_user", {
    settings: { domain: "a.example", default: "reject", default_text: "No such user" },
  }],
  ["fcrdns reject 1", { immune: ["relay", "allowed"] }],
];

test("each old plugin has its table, with its settings and policy in our words", () => {
  for (const [line, expected] of lines) {
    const [table] = tables({ plugins: line });
    const name = expected.name ?? line.split(" ")[0];
    const whole = { name, grant: plugins.get(String(name))?.needs, immune: [], settings: {}, ...expected };
    assert.deepEqual(table, whole, line);
  }
});

test("a bundled plugin of qpsmtpd's name is found under its name", () => {
  const ours = new Set(["ratelimit", "tls_required", "recipient_exists"]);
  for (const name of plugins.keys()) {
    if (ours.has(name)) continue;
    assert.deepEqual(tables({ plugins: name }).map((table) => table.name), [name]);
  }
});

test("with the plugin naughty its refusals are told late, in its manner unless the plugin has its own", () => {
  const [dnsbl, badmailfrom, fromhost] = tables({
    plugins:
      "dnsbl reject naughty reject_type temp\nbadmailfrom reject naughty\nresolvable_fromhost reject naughty\nnaughty",
  });
  assert.deepEqual([dnsbl?.mode, dnsbl?.as], ["late", "defer"]);
  assert.deepEqual([badmailfrom?.mode, badmailfrom?.as], ["late", "disconnect"]);
  assert.deepEqual([fromhost?.mode, fromhost?.as], ["late", "defer"]);
});

/** One mistake or loss each, and the remark that names its place. */
const remarks: readonly (readonly [files: Files, kind: Remark["kind"], remark: RegExp])[] = [
  [{ plugins: "rcpt_ok\nmy_own_thing 1" }, "lost", /^plugins:2: my_own_thing 1: It is none of qpsmtpd's own plugins/],
  [{ plugins: "Some::Module" }, "lost", /^plugins:1: Some::Module: It is none/],
  [{ plugins: "local/relay" }, "lost", /^plugins:1: local\/relay: It is none/],
  [{ plugins: "spamassassin reject 12" }, "lost", /^plugins:1: spamassassin reject 12: .*rspamd/],
  [{ plugins: "virus/clamdscan" }, "lost", /^plugins:1: virus\/clamdscan: /],
  [{ plugins: "stunnel proxy on" }, "lost", /^plugins:1: stunnel proxy on: proxy = true\.$/],
  [{ plugins: "queue/maildir a\nqueue/maildir b" }, "lost", /^plugins:2: mail has one way out/],
  [
    { plugins: "count_unrecognized_commands four" },
    "unreadable",
    /^plugins:1: max: must be a whole number, not "four"/,
  ],
  [{ plugins: "count_unrecognized_commands 0" }, "unreadable", /^plugins:1: max: must be at least 1, not 0/],
  [{ plugins: "headers future 2x" }, "unreadable", /^plugins:1: future: must be a whole number/],
  [{ plugins: "rcpt_ok frobnicate 1" }, "unreadable", /^plugins:1: frobnicate: is no argument of rcpt_ok/],
  [{ plugins: "dnsbl reject_type maybe" }, "unreadable", /^plugins:1: reject_type must be temp, perm/],
  [{ plugins: "rcpt_ok constructor 1" }, "unreadable", /^plugins:1: constructor: is no argument/],
  [{ plugins: "queue/smtp-forward not..a..host" }, "unreadable", /^plugins:1: smtp-forward needs a host/],
  [{ plugins: "badmailfrom loglevel +1" }, "lost", /^plugins:1: loglevel: does not exist for single plugins/],
  [{ plugins: "karma db_dir /x" }, "lost", /^plugins:1: db_dir: is not needed/],
  [{ plugins: "badmailfrom reject naughty" }, "differs", /^plugins:1: .*naughty, which was not loaded/],
  [{ plugins: "rcpt_ok" }, "differs", /^plugins: there was no queue plugin/],
  [{ me: "not a name" }, "unreadable", /^me:1: me: must be a domain name/],
  [{ databytes: "20MB" }, "unreadable", /^databytes:1: databytes: must be a number of octets/],
  [{ timeout: "never" }, "unreadable", /^timeout:1: timeout: must be a whole number of seconds/],
  [{ loglevel: "loud" }, "unreadable", /^loglevel:1: loglevel: must be a level/],
  [{ smtpgreeting: "hi" }, "lost", /^smtpgreeting:1: /],
  [{ tls_before_auth: "0" }, "differs", /^tls_before_auth:1: .*auth\.without_tls = true/],
];

test("what is lost, unread or different is said with its place", () => {
  for (const [files, kind, expected] of remarks) {
    const said = migration(files).remarks.filter((one) => one.kind === kind).map(({ place, text }) =>
      `${place}: ${text}`
    );
    assert.ok(said.some((line) => expected.test(line)), `${JSON.stringify(files)}\n${said.join("\n")}`);
  }
});

test("plugins keep their order; one that is not there is a comment in its place", () => {
  const { steps } = migration({ plugins: "relay\nspamassassin\nrcpt_ok" });
  assert.deepEqual(steps.map(({ from, table }) => [from, table?.name]), [
    ["plugins:1: relay", "relay"],
    ["plugins:2: spamassassin", undefined],
    ["plugins:3: rcpt_ok", "rcpt_ok"],
  ]);
});

test("instances of one plugin have labels, and their files become one list", () => {
  const { steps, copies, made } = migration({
    plugins: "rcpt_map:0 domain a.example file /etc/a\nrcpt_map:1 domain b.example file /etc/b\nrelay\nrelay\nrelay",
  });
  const labels = steps.map(({ table }) => table?.label ?? table?.name);
  assert.deepEqual(labels, ["rcpt_map_0", "rcpt_map_1", "relay", "relay_2", "relay_3"]);
  const [list] = made;
  assert.deepEqual(list, {
    name: "rcpt_map",
    comment: "/etc/a, /etc/b",
    lines: ["$include rcpt_map_a", "$include rcpt_map_b"],
  });
  assert.deepEqual(copies.filter(({ to }) => to.startsWith("rcpt_map")), [
    { from: "/etc/a", to: "rcpt_map_a" },
    { from: "/etc/b", to: "rcpt_map_b" },
  ]);
});

/** Plugins that ask something outside, with what of a need they are granted. */
const scoped: readonly (readonly [files: Files, grant: string, settings?: unknown])[] = [
  [
    { plugins: "ident/geoip db_dir /srv/geo", "/srv/geo/GeoLite2-Country.mmdb": "" },
    "mmdb:/srv/geo/GeoLite2-Country.mmdb",
  ],
  [{ plugins: "ident/geoip too_far 5000" }, "mmdb:/usr/local/share/GeoIP/GeoLite2-City.mmdb", { too_far: 5000 }],
  [{ plugins: "ident/p0f /run/p0f.sock smite_os xp" }, "tcp:unix:/run/p0f.sock", {
    socket: "/run/p0f.sock",
    smite_os: "xp",
  }],
  [{ plugins: "auth/auth_checkpassword checkpw /bin/cp true /bin/t" }, "run:/bin/cp", {
    checkpw: "/bin/cp",
    true: ["/bin/t"],
  }],
  [{ plugins: "auth/auth_checkpassword", "smtpauth-checkpassword": "/bin/cp /bin/t" }, "run:/bin/cp", {
    checkpw: "/bin/cp",
    true: ["/bin/t"],
  }],
  [
    { plugins: "auth/auth_ldap_bind", ldap: "ldap_base ou=people,dc=example\nldap_port=3890" },
    "ldap:ldap://127.0.0.1:3890",
    {
      server: "ldap://127.0.0.1:3890",
      start_tls: false,
      ldap_base: "ou=people,dc=example",
    },
  ],
  [{ plugins: "loadcheck max_load 3 cache_time 10" }, "event:load", { max_load: 3 }],
];

test("a plugin is granted no more of files, sockets and programs than the old line names", () => {
  for (const [files, grant, settings = {}] of scoped) {
    const [table] = tables(files);
    assert.ok(table?.grant.includes(grant) === true, `${grant} in ${table?.grant.join(" ")}`);
    assert.deepEqual(table?.settings, settings);
  }
});

test("a line of denysoft_greylist counts where the plugin's own line is silent", () => {
  const [table] = tables({ plugins: "greylisting sender 1", denysoft_greylist: "sender 0\nrecipient 1" });
  assert.deepEqual(table?.settings, { sender: true, recipient: true });
});

test("domains of qmail's database, or of its source, join rcpthosts", () => {
  const append = ["$include morercpthosts"];
  const text = migration({ plugins: "rcpt_ok", rcpthosts: "a", morercpthosts: "b" });
  assert.deepEqual(text.copies, [
    { from: "rcpthosts", to: "rcpthosts", append },
    { from: "morercpthosts", to: "morercpthosts" },
  ]);
  const database = migration({ plugins: "rcpt_ok", "morercpthosts.cdb": "b.example" });
  assert.deepEqual(database.made.map(({ name, lines: each }) => [name, each]), [["morercpthosts", ["b.example"]]]);
});
