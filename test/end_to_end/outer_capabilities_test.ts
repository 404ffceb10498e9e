// The capabilities that reach programs, databases and directories, on each runtime with the permissions that README says.

import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { createServer } from "node:tls";
import type { DatabaseChoices } from "../../src/sql/choice.ts";
import { apiCertificate } from "../support/api_certificate.ts";
import type { Questions } from "../support/ask_capability.ts";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { type Postgres, startPostgres } from "../support/postgres.ts";
import { lacking, run } from "../support/programs.ts";
import { type Slapd, startSlapd } from "../support/slapd.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";

const folder = temporaryFolder();
const program = join(folder, "program");
const [withoutPostgres, withoutSlapd] = [lacking("psql"), lacking("slapd")];
let postgres: Postgres | undefined;
let slapd: Slapd | undefined;

before(async () => {
  writeFileSync(program, "#!/bin/sh\ncat <&3; cat; exit $1\n");
  chmodSync(program, 0o755);
  const file = new DatabaseSync(join(folder, "file.sqlite"));
  file.exec("CREATE TABLE users (name text); INSERT INTO users VALUES ('alice')");
  file.close();
  writeFileSync(join(folder, "ca.pem"), apiCertificate.cert);
  if (withoutSlapd === false) slapd = await startSlapd();
  if (withoutPostgres === false) {
    postgres = await startPostgres({ certificate: apiCertificate.cert, key: apiCertificate.key });
    writeFileSync(join(folder, "password"), postgres.password);
  }
});

after(async () => {
  await slapd?.stop();
  await postgres?.stop();
});

/** With the permissions of the task, and this one program in the place of Deno itself. */
function asking(command: readonly string[]): (questions: Questions) => Promise<unknown> {
  const words = command.slice(0, -1).map((word) => word.startsWith("--allow-run") ? `--allow-run=${program}` : word);
  return async (questions) => {
    const [runtime = "", ...rest] = words;
    const ran = await run(runtime, [...rest, "test/support/ask_capability.ts", JSON.stringify(questions)]);
    assert.equal(ran.code, 0, ran.stderr);
    return JSON.parse(ran.stdout);
  };
}

for (const { name, command } of directRuntimes) {
  const ask = asking(command);

  describe(`on ${name}`, () => {
    test("programs are run, and others are not", async () => {
      const given = { program, input: { text: "b" }, descriptor3: { text: "a\0" } };
      const requests = [
        { ...given, arguments: ["7"] },
        { program: "/nonexistent/x" },
        { program: "/bin/true" },
      ];
      const outcomes = await ask({ capability: "run", scopes: [program, "/nonexistent/x"], requests });
      const output = Buffer.from("a\0b").toString("base64");
      assert.deepEqual(outcomes, [{ status: 7, output, errors: "" }, "missing", "notGranted"]);
    });

    test("a file of SQLite is read, and only read", async () => {
      const databases: DatabaseChoices = { users: { kind: "sqlite", path: join(folder, "file.sqlite") } };
      const requests = [
        {
          database: "users",
          statement: "SELECT name, ? AS yes FROM users WHERE name = ?",
          parameters: [true, "alice"],
        },
        { database: "users", statement: "DELETE FROM users" },
        { database: "users", statement: "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT 1 FROM c) SELECT x FROM c" },
        { database: "users", statement: "SELECT count(*) AS n FROM users" },
      ];
      const outcomes = await ask({ capability: "sql", databases, scopes: ["users"], requests });
      const yes = { rows: [{ name: "alice", yes: 1 }] };
      assert.deepEqual(outcomes, [yes, "statement", "statement", { rows: [{ n: 1 }] }]);
    });

    test("PostgreSQL is asked, encrypted", { skip: withoutPostgres }, async () => {
      const port = postgres?.port ?? 0;
      const users = {
        ...{ kind: "postgres", host: "127.0.0.1", port, user: "postgres", connections: 1 } as const,
        ...{ passwordFile: join(folder, "password"), tls: "verify", ca: join(folder, "ca.pem") } as const,
      };
      const requests = [
        {
          database: "users",
          statement: "SELECT $1::text || ssl AS x FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
          parameters: ["é"],
        },
        { database: "users", statement: "SELECT pg_sleep(60)::text AS x", timeout: 300 },
        { database: "users", statement: "SELECT 1 AS x" },
        { database: "distrusting", statement: "SELECT 1 AS x" },
      ];
      const { ca: _, ...distrusting } = users;
      const databases: DatabaseChoices = { users, distrusting };
      const outcomes = await ask({ capability: "sql", databases, scopes: Object.keys(databases), requests });
      const [first, slow, ...others] = outcomes as unknown[];
      assert.deepEqual([first, ...others], [{ rows: [{ x: "étrue" }] }, { rows: [{ x: 1 }] }, "unavailable"]);
      assert.ok(slow === "timeout" || slow === "unavailable", String(slow));
    });

    test("a connection becomes encrypted", async () => {
      const server = createServer({ cert: apiCertificate.cert, key: apiCertificate.key }, (socket) => {
        socket.on("error", () => {});
        socket.end("hello\n");
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const to = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const secure = [{ do: "open", to }, { do: "secure", connection: 1 }];
      const requests = [...secure, { do: "read", connection: 1, until: "\n" }];
      const trusting = await ask({ capability: "tcp", scopes: [to], authorities: apiCertificate.cert, requests });
      assert.deepEqual((trusting as unknown[]).slice(0, 2), [{ connection: 1 }, null]);
      assert.equal(((trusting as unknown[])[2] as { text: string }).text, "hello\n");
      assert.deepEqual(await ask({ capability: "tcp", scopes: [to], requests: secure }), [{ connection: 1 }, "tls"]);
      server.close();
    });

    test("a directory is asked, by STARTTLS and LDAPS", { skip: withoutSlapd }, async () => {
      const { url = "", secureUrl = "" } = slapd ?? {};
      const bind = { do: "bind", dn: "cn=alice,ou=people,dc=example,dc=org", password: "corréct horse" };
      const reader = { dn: "cn=reader,dc=example,dc=org", password: "read me" };
      const search = { do: "search", base: "dc=example,dc=org", filter: "(uid={0})", as: reader };
      const requests = [
        { ...bind, url, startTls: true },
        { ...bind, url: secureUrl },
        { ...bind, url: secureUrl, password: "x" },
        { ...bind, url: secureUrl, password: "" },
        { ...search, url: secureUrl, values: ["alice"] },
        { ...search, url: secureUrl, values: ["*"] },
      ];
      const authorities = apiCertificate.cert;
      const outcomes = await ask({ capability: "ldap", authorities, scopes: [url, secureUrl], requests });
      const [right, wrong] = [{ right: true }, { right: false }];
      assert.deepEqual(outcomes, [right, right, wrong, wrong, { entries: [bind.dn] }, { entries: [] }]);
      const distrusting = await ask({
        capability: "ldap",
        scopes: [secureUrl],
        requests: [{ ...bind, url: secureUrl }],
      });
      assert.deepEqual(distrusting, ["tls"]);
    });
  });
}
