import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { configured } from "../../test/support/configured.ts";
import { loadText } from "../../test/support/load_text.ts";
import { schemaFile } from "./json_schema.ts";

const plain = { level: "info", accepted: "info", refused: "info" };

test("a target says what differs from what stands above it, the rest is usual for its kind", async () => {
  const { log, state, folder } = await configured(`
    hostname = "mx.example.org"
    [log]
    format = "json"
    adaptive = { refused = "debug" }
    [[log.target]]
    kind = "stdout"
    format = "text"
    adaptive = {}
    [[log.target]]
    kind = "file"
    level = "warn"
    path = "a.log"
    size = "0B"
    age = "2h"
    [[log.target]]
    kind = "syslog"
    address = "tls:[2001:db8::1]:6514"
    format = "structured"
    ca = "ca.pem"
  `);
  assert.deepEqual(log.targets, [
    { kind: "stdout", format: "text", ...plain },
    {
      kind: "file",
      format: "json",
      level: "warn",
      accepted: "warn",
      refused: "debug",
      path: join(state, "a.log"),
      size: 0,
      age: 7_200_000,
      keep: 14,
      gzip: false,
    },
    {
      kind: "syslog",
      format: "structured",
      ...plain,
      refused: "debug",
      address: { transport: "tls", host: "2001:db8::1", port: 6514 },
      facility: "mail",
      name: "qpsmtpd",
      hostname: "mx.example.org",
      ca: join(folder, "ca.pem"),
    },
  ]);
});

/** One `[[log.target]]` table, and what is said of it. */
const bad: readonly (readonly [target: string, problem: string])[] = [
  [`kind = "syslog"`, `address: missing; kind = "syslog" needs its receiver, such as "udp:127.0.0.1:514"`],
  [
    `kind = "syslog"\naddress = "localhost"`,
    `address: expected udp:HOST:PORT, tcp:HOST:PORT, tls:HOST:PORT or unix:/PATH, got "localhost"`,
  ],
  [
    `kind = "syslog"\naddress = "udp:a:70000"`,
    `address: expected udp:HOST:PORT, tcp:HOST:PORT, tls:HOST:PORT or unix:/PATH, got "udp:a:70000"`,
  ],
  [`kind = "syslog"\naddress = "tcp:a:1"\nca = "x"`, `ca: is for addresses with "tls:" alone`],
  [`kind = "stdout"\nsize = "1MB"`, `size: is for kind = "file" alone`],
  [`kind = "file"\nfacility = "mail"`, `facility: is for kind = "syslog" alone`],
  [`kind = "file"\nformat = "structured"`, `format: "structured" is for kind = "syslog" alone`],
  [`kind = "file"\nsize = "big"`, `size: expected a size such as 100MB, or 0B for none, got "big"`],
  [`kind = "file"\nage = "1w"`, `age: expected a time such as 1d, or 0s for none, got "1w"`],
  [
    `kind = "syslog"\naddress = "tcp:a:1"\ntag = "a b"`,
    `tag: expected a name of printable ASCII without spaces, at most 48 characters, got "a b"`,
  ],
  [
    `kind = "stdout"\nadaptive = { accepted = "debug" }`,
    `adaptive: accepted = "debug" would be written in more detail than refused = "info"`,
  ],
];

for (const [target, problem] of bad) {
  test(`refused: ${target.replace(/\n/g, ", ")}`, async () => {
    const { loaded } = await loadText(`hostname = "mx.example.org"\n[[log.target]]\n${target}\n`);
    assert.ok(loaded.kind === "problems");
    assert.deepEqual(loaded.problems.map((line) => line.replace(/^.*?: /, "")), [`log.target.1.${problem}`]);
  });
}

test("two targets do not write to one file", async () => {
  const { loaded } = await loadText(`hostname = "a.test"\n[log]\ntarget = [{ kind = "file" }, { kind = "file" }]\n`);
  assert.ok(loaded.kind === "problems");
  assert.match(loaded.problems.join("\n"), /log\.target\.2\.path: another target writes to this file$/);
});

test("every key of a target is explained in the shipped file", () => {
  const toml = readFileSync(join(dirname(schemaFile), "qpsmtpd.toml"), "utf8");
  const schema = JSON.parse(readFileSync(schemaFile, "utf8"));
  const keys = Object.keys(schema.properties.log.properties.target.items.properties);
  assert.equal(keys.length, 13);
  for (const key of keys) assert.match(toml, new RegExp(`^#   ${key}  +[a-z"]`, "m"));
});
