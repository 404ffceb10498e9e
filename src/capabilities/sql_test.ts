// The capability `sql` against a real file of SQLite and a real PostgreSQL server.

import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { apiCertificate } from "../../test/support/api_certificate.ts";
import { callWith, outcomeOf } from "../../test/support/capability_calls.ts";
import { type Postgres, startPostgres } from "../../test/support/postgres.ts";
import { lacking } from "../../test/support/programs.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import type { DatabaseChoices } from "../sql/choice.ts";
import { SqlCapability } from "./sql.ts";

const folder = temporaryFolder();
const skip = lacking("psql");
const tables = `
  CREATE TABLE users (name text PRIMARY KEY, secret text, size bigint);
  INSERT INTO users VALUES ('alice', 'pencil', 9007199254740993), ('bob', NULL, 5);`;
let server: Postgres | undefined;
let sql: SqlCapability;
let choices: DatabaseChoices;

function makeFile(path: string, secret: string): void {
  const file = new DatabaseSync(path);
  file.exec(tables.replace("pencil", secret));
  file.close();
}

before(async () => {
  makeFile(join(folder, "users.sqlite"), "pencil");
  writeFileSync(join(folder, "ca.pem"), apiCertificate.cert);
  writeFileSync(join(folder, "wrong"), "hunter2\n");
  if (skip === false) {
    server = await startPostgres({ certificate: apiCertificate.cert, key: apiCertificate.key });
    server.sql(tables);
    writeFileSync(join(folder, "password"), `${server.password}\n`);
  }
  const port = server?.port ?? 1;
  const there = { kind: "postgres", host: "127.0.0.1", port, user: "postgres", connections: 2 } as const;
  const passwordFile = join(folder, "password");
  choices = {
    file: { kind: "sqlite", path: join(folder, "users.sqlite") },
    missing: { kind: "sqlite", path: join(folder, "missing.sqlite") },
    server: { ...there, passwordFile },
    secure: { ...there, passwordFile, tls: "verify", ca: join(folder, "ca.pem") },
    doubtful: { ...there, passwordFile, tls: "verify" },
    stranger: { ...there, passwordFile: join(folder, "wrong") },
    silent: { ...there, port: 1, passwordFile },
    keyless: { ...there, passwordFile: join(folder, "none") },
  };
  sql = new SqlCapability(choices);
});

after(async () => {
  await sql.close();
  await server?.stop();
});

async function ask(
  database: string,
  statement: string,
  parameters: unknown[] = [],
  rest: object = {},
): Promise<unknown> {
  return outcomeOf(await sql.fulfil({ database, statement, parameters, ...rest }, callWith([database])));
}

const kinds: readonly (readonly [database: string, skip: string | false, place: (n: number) => string])[] = [
  ["file", false, () => "?"],
  ["server", skip, (n) => `$${n}`],
  ["secure", skip, (n) => `$${n}`],
];

for (const [database, skip, place] of kinds) {
  test(`${database}: rows by a parameter`, { skip }, async () => {
    const statement = `SELECT name, secret FROM users WHERE name = ${place(1)}`;
    assert.deepEqual(await ask(database, statement, ["alice"]), { rows: [{ name: "alice", secret: "pencil" }] });
    assert.deepEqual(await ask(database, statement, ["bob"]), { rows: [{ name: "bob", secret: null }] });
    assert.deepEqual(await ask(database, statement, ["' OR '1'='1"]), { rows: [] });
  });

  test(`${database}: a number too large is a text`, { skip }, async () => {
    const rows = { rows: [{ size: "9007199254740993" }] };
    assert.deepEqual(await ask(database, `SELECT size FROM users WHERE name = 'alice'`), rows);
  });

  test(`${database}: nothing can be written, and nothing is`, { skip }, async () => {
    const statements = [
      "UPDATE users SET secret = 'x' RETURNING name",
      "INSERT INTO users VALUES ('eve', 'x', 1)",
      "DROP TABLE users",
      "SELECT 1; DROP TABLE users",
      "SELECT 1) AS q; DROP TABLE users; --",
      "WITH gone AS (DELETE FROM users RETURNING name) SELECT name FROM gone",
    ];
    for (const statement of statements) {
      const outcome = await ask(database, statement);
      assert.ok(
        outcome === "statement" || JSON.stringify(outcome).startsWith('{"rows":[{'),
        `${statement}: ${outcome}`,
      );
    }
    assert.deepEqual(await ask(database, "SELECT count(*) AS n FROM users WHERE secret = 'pencil'"), {
      rows: [{ n: database === "file" ? 1 : "1" }],
    });
  });

  test(`${database}: more than a hundred rows are too many`, { skip }, async () => {
    const three = "(SELECT 1 AS a UNION ALL SELECT 2 UNION ALL SELECT 3)";
    const from = (count: number): string => Array.from({ length: count }, (_, n) => `${three} AS t${n}`).join(", ");
    assert.equal(await ask(database, `SELECT t0.a FROM ${from(5)}`), "tooLarge");
    assert.equal((await ask(database, `SELECT t0.a FROM ${from(4)}`) as { rows: unknown[] }).rows.length, 81);
  });
}

test("what is locked for a moment is waited for, and not longer than the time", async () => {
  const writer = new DatabaseSync(join(folder, "users.sqlite"));
  writer.exec("BEGIN EXCLUSIVE");
  const statement = "SELECT name FROM users WHERE name = 'bob'";
  assert.equal(await ask("file", statement, [], { timeout: 100 }), "timeout");
  const waiting = ask("file", statement);
  setTimeout(() => writer.exec("COMMIT"), 100);
  assert.deepEqual(await waiting, { rows: [{ name: "bob" }] });
  writer.close();
});

test("a file that is replaced is opened anew", async () => {
  const statement = "SELECT secret FROM users WHERE name = 'alice'";
  makeFile(join(folder, "new.sqlite"), "pen");
  renameSync(join(folder, "new.sqlite"), join(folder, "users.sqlite"));
  assert.deepEqual(await ask("file", statement), { rows: [{ secret: "pen" }] });
});

const refusals: readonly (readonly [title: string, database: string, statement: string, code: string])[] = [
  ["no such file", "missing", "SELECT 1", "unavailable"],
  ["a table that is not there", "file", "SELECT x FROM nothing", "statement"],
  [
    "recursion, which need not end",
    "file",
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT 1 FROM c) SELECT x FROM c",
    "statement",
  ],
  ["other files", "file", "ATTACH '/etc/passwd' AS x", "statement"],
  ["octets without end", "file", "SELECT zeroblob(1000000000) AS x", "statement"],
  ["settings of the database", "file", "PRAGMA table_list", "statement"],
  ["nobody there", "silent", "SELECT 1", "unavailable"],
  ["no password to show", "keyless", "SELECT 1", "unavailable"],
];

for (const [title, database, statement, code] of refusals) {
  test(`refused: ${title}`, async () => assert.equal(await ask(database, statement), code));
}

const serverRefusals: readonly (readonly [title: string, database: string, statement: string, code: string])[] = [
  ["a wrong password", "stranger", "SELECT 1", "unavailable"],
  ["a certificate that nobody vouches for", "doubtful", "SELECT 1", "unavailable"],
  ["a table that is not there", "server", "SELECT x FROM nothing", "statement"],
  ["files of the server, written", "server", "COPY users TO '/tmp/x'", "statement"],
];

for (const [title, database, statement, code] of serverRefusals) {
  test(`refused by a server: ${title}`, { skip }, async () => assert.equal(await ask(database, statement), code));
}

test("what a statement sets does not outlive it", { skip }, async () => {
  await ask(
    "server",
    "SELECT set_config('default_transaction_read_only', 'off', false), set_config('search_path', 'x', false)",
  );
  assert.deepEqual(await ask("server", "SELECT current_setting('search_path') AS path"), {
    rows: [{ path: '"$user", public' }],
  });
});

test("late answers are not waited for, and others get theirs", { skip }, async () => {
  const from = performance.now();
  const slow = [1, 2, 3].map(() => ask("server", "SELECT pg_sleep(60)::text AS x", [], { timeout: 300 }));
  const outcomes = await Promise.all(slow);
  assert.ok(
    outcomes.every((code) => code === "timeout" || code === "statement" || code === "unavailable"),
    outcomes.join(),
  );
  // They would come after 60 s.
  assert.ok(performance.now() - from < 30_000);
  assert.deepEqual(await ask("server", "SELECT 1 AS x"), { rows: [{ x: 1 }] });
});

test("a connection that comes too late is given back", { skip }, async () => {
  const late = Array.from(
    { length: 30 },
    (_, index) => ask("server", "SELECT 1 AS x", [], { timeout: 1 + index % 10 }),
  );
  await Promise.all(late);
  assert.deepEqual(await ask("server", "SELECT 1 AS x"), { rows: [{ x: 1 }] });
});

test("a database is closed though questions were given up", { skip, timeout: 20_000 }, async () => {
  const closing = new SqlCapability(choices);
  const request = { database: "server", statement: "SELECT 1 AS x" };
  const over = AbortSignal.timeout(3);
  await Promise.all(
    [1, 2, 3].map((more) => closing.fulfil({ ...request, timeout: more }, callWith(["server"], { signal: over }))),
  );
  await closing.close();
});

test("no refusal repeats a parameter, a password or what stands in a row", { skip }, async () => {
  const requests: readonly (readonly [database: string, statement: string, parameters: unknown[]])[] = [
    ["server", "SELECT $1::int AS x", ["hunter2"]],
    ["server", "SELECT secret::int FROM users WHERE name = 'alice'", []],
    ["stranger", "SELECT 1", []],
    ["file", "SELECT ?", [{ hunter2: "hunter2" }]],
    ["file", "SELECT ?", ["hunter2".repeat(2000)]],
    ["file", "SELECT 1 WHERE x = ?", ["hunter2"]],
  ];
  for (const [database, statement, parameters] of requests) {
    const refusal = await sql.fulfil({ database, statement, parameters }, callWith([database]));
    assert.equal(refusal.kind, "refused");
    assert.doesNotMatch(JSON.stringify(refusal), /hunter2|pencil/);
  }
});

test("only databases that are granted, and configured", async () => {
  const request = { database: "file", statement: "SELECT 1" };
  assert.equal(outcomeOf(await sql.fulfil(request, callWith(["server"]))), "notGranted");
  assert.equal(outcomeOf(await sql.fulfil({ ...request, database: "A B" }, callWith(["*"]))), "badRequest");
  assert.equal(outcomeOf(await sql.fulfil({ ...request, database: "other" }, callWith(["other"]))), "unavailable");
  assert.deepEqual(await sql.prepare(["file", "other"]), ["there is no [database.other] in the configuration"]);
  assert.deepEqual(await sql.prepare(["*"]), ['"sql" must name the database: "sql:users"']);
});
