import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { sampleFiles, writeSample } from "../../test/support/qpsmtpd_sample.ts";
import { check } from "./check.ts";
import { migrate } from "./migrate.ts";

const root = mkdtempSync(join(tmpdir(), "qpsmtpd-migrate-"));
after(() => rmSync(root, { recursive: true, force: true }));

interface Migrated {
  readonly code: number;
  readonly printed: string;
  readonly complained: string;
  readonly old: string;
  readonly to: string;
  /** A file of the new folder. */
  read(name: string): string;
}

let count = 0;

async function migrated(changes: { readonly [name: string]: string | undefined } = {}): Promise<Migrated> {
  const folder = join(root, String(count++));
  mkdirSync(join(folder, "old"), { recursive: true });
  writeSample(join(folder, "old"), changes);
  return await run(folder);
}

async function run(folder: string): Promise<Migrated> {
  const [printed, complained]: [string[], string[]] = [[], []];
  const [old, to] = [join(folder, "old"), join(folder, "new")];
  const code = await migrate(old, to, {
    print: (line) => void printed.push(line),
    complain: (line) => void complained.push(line),
  });
  return {
    code,
    printed: printed.join("\n"),
    complained: complained.join("\n"),
    old,
    to,
    read: (name) => readFileSync(join(to, name), "utf8"),
  };
}

async function loads(to: string): Promise<readonly string[]> {
  const complained: string[] = [];
  const chosen = { path: join(to, "qpsmtpd.toml"), overrides: {} };
  const code = await check(chosen, { print: () => {}, complain: (line) => void complained.push(line) });
  return code === 0 ? [] : complained;
}

/** Loading all its plugins takes a while: made once. */
const sample = migrated();

/** For the other tests. */
const few = { plugins: "relay\nbadmailfrom\nbadrcptto\nhelo\nrcpt_ok\n" };

test("the whole sample of qpsmtpd becomes a configuration that loads, with its chain in the same order", async () => {
  const { code, complained, to, read, printed } = await sample;
  assert.deepEqual([code, complained], [0, ""]);
  assert.deepEqual(await loads(to), []);
  const names = [...read("qpsmtpd.toml").matchAll(/^name = "(.*)"$/gm)].map(([, name]) => name);
  assert.deepEqual(names, [
    ...["hosts_allow", "fcrdns", "quit_fortune", "earlytalker", "count_unrecognized_commands", "relay", "dnsbl"],
    ...["rhsbl", "helo", "auth_flat_file", "authdeny", "badmailfrom", "resolvable_fromhost", "badrcptto", "rcpt_ok"],
    "headers",
  ]);
  assert.equal(read("REPORT.md").trimEnd(), printed);
  assert.match(printed, /The new folder loads\./);
});

test("each line of the old plugins is spoken of, in the configuration and in the report", async () => {
  const { printed, read } = await sample;
  for (const [at, line] of (sampleFiles["plugins"] ?? "").split("\n").entries()) {
    if (line === "" || line.startsWith("#")) continue;
    assert.ok(printed.includes(`* plugins:${at + 1}: ${line}`), line);
    assert.ok(read("qpsmtpd.toml").includes(`# plugins:${at + 1}: ${line}\n`), line);
  }
});

test("what the plugins in use do otherwise is in the report, and what nothing reads is named", async () => {
  const { printed } = await sample;
  assert.match(printed, /\* rcpt_ok: A line that is no domain/);
  assert.ok(!printed.includes("* greylisting: "));
  const leftover = /## Files that nothing here reads\n\n((?:\* .*\n)+)/.exec(printed)?.[1] ?? "";
  assert.deepEqual(leftover.trim().split("\n"), [
    ...["* add_geoip_headers", "* public_suffix_list", "* uribl_zones", "* whitelisthosts"],
  ]);
});

test("lists keep their comments, and what they include comes along", async () => {
  const { read } = await sample;
  assert.equal(read("rcpthosts"), sampleFiles["rcpthosts"]);
  assert.equal(read("more_hosts"), sampleFiles["more_hosts"]);
});

test("passwords are copied for their owner alone, and are nowhere in the report", async () => {
  const { to, printed, read } = await migrated({
    plugins: "auth/auth_flat_file\n",
    flat_auth_pw: "matt@example.org:geheim\nmatt@example.org:$6$verboten\njoe:nodomain-geheim\n",
  });
  assert.equal(statSync(join(to, "flat_auth_pw")).mode & 0o777, 0o600);
  assert.deepEqual(await loads(to), []);
  for (const text of [printed, read("qpsmtpd.toml")]) assert.doesNotMatch(text, /geheim|verboten/);
  assert.match(printed, /\* flat_auth_pw:3: /);
});

test("a file is not more open than the old one", async () => {
  const folder = join(root, String(count++));
  mkdirSync(join(folder, "old"), { recursive: true });
  writeSample(join(folder, "old"), few);
  chmodSync(join(folder, "old", "badmailfrom"), 0o600);
  chmodSync(join(folder, "old"), 0o750);
  const { to } = await run(folder);
  assert.equal(statSync(join(to, "badmailfrom")).mode & 0o777, 0o600);
  assert.equal(statSync(to).mode & 0o777, 0o750);
});

/** An old folder with all these mistakes, and what the report says of each. */
const wrong: { readonly [name: string]: string } = {
  plugins: [
    ...[
      "no_such_plugin",
      "$include gone",
      "count_unrecognized_commands many",
      "greylisting remote_ip 0",
      "greylisting",
    ],
    ...["rcpt_map domain example.org file /nonexistent/map", "tls /nonexistent.crt /nonexistent.key"],
    ...["relay", "badmailfrom", "rcpt_ok", "queue/maildir mail%x", ""],
  ].join("\n"),
  rcpthosts: "localhost\n$include gone\na b c\nuser@host\n",
  relayclients: "192.0.2.1/24\n",
  badmailfrom: "/(unclosed/\n\u0000\u0001binary\nok@example.org\n",
  databytes: "lots\n",
  me: "-\n",
};

const mistakes: readonly RegExp[] = [
  /^\* plugins:1: no_such_plugin: It is none of qpsmtpd's own/m,
  /^\* plugins:2: .*gone: no such file/m,
  /^\* plugins:3: max: must be a whole number/m,
  /^\* plugins:4: .*remote_ip/m,
  /^\* \/nonexistent\/map: the list is not copied: no such file/m,
  /^\* plugins:6: /m,
  /^\* plugins:7: tls .*: tls\.certificates: .*no such file/m,
  /^\* plugins:11: maildir needs a path/m,
  /^\* rcpthosts:2: \$include gone: no such file/m,
  /^\* rcpthosts:3: /m,
  /^\* rcpthosts:4: /m,
  /^\* relayclients:1: .*is no network/m,
  /^\* badmailfrom:1: .*regular expression/m,
  /^\* badmailfrom:2: /m,
  /^\* databytes:1: databytes: must be a number/m,
  /^\* me:1: me: must be a domain name/m,
];

test("a mistake in the old folder is left out and told with its place, and the rest loads", async () => {
  const { code, complained, printed, to, read } = await migrated(wrong);
  assert.deepEqual([code, complained], [0, ""]);
  for (const said of mistakes) assert.match(printed, said);
  assert.deepEqual(await loads(to), []);
  assert.equal(read("rcpthosts").split("\n")[3], "# not taken over: user@host");
  const labels = [...read("qpsmtpd.toml").matchAll(/^(?:name|label) = "(.*)"$/gm)].map(([, name]) => name);
  assert.deepEqual(labels.filter((name) => name !== "greylisting"), [
    ...["count_unrecognized_commands", "greylisting_2", "relay", "badmailfrom", "rcpt_ok"],
  ]);
});

test("a list that is no text, or too large, is not copied", async () => {
  const folder = join(root, String(count++));
  mkdirSync(join(folder, "old"), { recursive: true });
  writeSample(join(folder, "old"), { ...few, badmailfrom: "x@example.org\n".repeat(100_000) });
  writeFileSync(join(folder, "old", "badrcptto"), Uint8Array.from([0xff, 0xfe, 0x00]));
  rmSync(join(folder, "old", "badhelo"));
  mkdirSync(join(folder, "old", "badhelo"));
  const { code, printed, to } = await run(folder);
  assert.equal(code, 0);
  for (const name of ["badmailfrom", "badrcptto", "badhelo"]) {
    assert.match(printed, new RegExp(`\\* ${name}: the list is not copied: it is `));
    assert.ok(!existsSync(join(to, name)));
  }
});

test("a link is followed, and one that leads in a circle or nowhere does no harm", async () => {
  const folder = join(root, String(count++));
  mkdirSync(join(folder, "old"), { recursive: true });
  writeSample(join(folder, "old"), { ...few, badmailfrom: undefined, badrcptto: undefined, badhelo: undefined });
  writeFileSync(join(folder, "elsewhere"), "linked@example.org\n");
  symlinkSync(join(folder, "elsewhere"), join(folder, "old", "badmailfrom"));
  symlinkSync("badrcptto", join(folder, "old", "badrcptto"));
  symlinkSync("gone", join(folder, "old", "badhelo"));
  const { code, read } = await run(folder);
  assert.equal(code, 0);
  assert.equal(read("badmailfrom"), "linked@example.org\n");
});

test("no include leads out of the old folder: nothing of what lies there is printed or taken over", async () => {
  const folder = join(root, String(count++));
  mkdirSync(join(folder, "old"), { recursive: true });
  const outer = "$include ../secret\n";
  const changes = {
    plugins: `${few.plugins}${outer}`,
    relayclients: outer,
    rcpthosts: `localhost\n${outer}`,
    me: outer,
  };
  writeSample(join(folder, "old"), changes);
  writeFileSync(join(folder, "secret"), "geheim zwei drei\n");
  const { code, printed, to, read } = await run(folder);
  assert.equal(code, 0);
  assert.match(printed, /^\* plugins:6: \$include \S+\/secret: lies outside this configuration/m);
  assert.match(printed, /^\* relayclients:1: \$include \.\.\/secret: lies outside this configuration/m);
  for (const text of [printed, ...readdirSync(to).map(read)]) assert.doesNotMatch(text, /geheim/);
  assert.equal(read("rcpthosts"), "localhost\n# not taken over: $include ../secret\n");
});

test("nothing is overwritten, and what was begun is removed", async () => {
  const folder = join(root, String(count++));
  mkdirSync(join(folder, "old"), { recursive: true });
  writeSample(join(folder, "old"), few);
  mkdirSync(join(folder, "new"));
  writeFileSync(join(folder, "new", "mine"), "mine");
  const ran = await run(folder);
  assert.equal(ran.code, 1);
  assert.match(ran.complained, /^migrate: .*new: is there already, and nothing is overwritten: name another .* --to$/);
  assert.deepEqual(readdirSync(join(folder, "new")), ["mine"]);
  assert.deepEqual(readdirSync(folder).sort(), ["new", "old"]);
});

const refused: readonly (readonly [what: string, make: (folder: string) => void, complaint: RegExp])[] = [
  ["no folder", () => {}, /old: no such folder$/],
  ["a file", (folder) => writeFileSync(join(folder, "old"), ""), /old: is no folder: /],
  ["an empty folder", (folder) => mkdirSync(join(folder, "old")), /old\/plugins: no such file: is .* a qpsmtpd\?$/],
  ["no plugins", (folder) => {
    mkdirSync(join(folder, "old"));
    writeFileSync(join(folder, "old", "plugins"), "# none\n");
  }, /old\/plugins: names no plugin$/],
  ["plugins that are no text", (folder) => {
    mkdirSync(join(folder, "old"));
    writeFileSync(join(folder, "old", "plugins"), Uint8Array.from([0xff]));
  }, /old\/plugins: .*not text in UTF-8$/],
];

test("what is no configuration of a qpsmtpd is refused in one line, and nothing is written", async () => {
  for (const [what, make, complaint] of refused) {
    const folder = join(root, String(count++));
    mkdirSync(folder);
    make(folder);
    const ran = await run(folder);
    assert.equal(ran.code, 1, what);
    assert.match(ran.complained, complaint, what);
    assert.deepEqual(readdirSync(folder).filter((name) => name !== "old"), [], what);
  }
});
