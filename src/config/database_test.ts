// Tables [database.NAME]: what is filled in, and what is said of bad ones.

import assert from "node:assert/strict";
import { test } from "node:test";
import { loadText } from "../../test/support/load_text.ts";

test("paths are those of the file's folder, and the rest has its defaults", async () => {
  const { loaded } = await loadText(
    `[database.a]\nkind = "sqlite"\npath = "users.sqlite"\n` +
      `[database.b]\nkind = "postgres"\nuser = "mail"\npassword_file = "secret"\nca = "/etc/ca.pem"`,
  );
  if (loaded.kind !== "config") return assert.fail(JSON.stringify(loaded));
  const { folder, database } = loaded.config;
  assert.deepEqual(database, {
    a: { kind: "sqlite", path: `${folder}/users.sqlite` },
    b: {
      ...{ kind: "postgres", host: "127.0.0.1", port: 5432, user: "mail", connections: 4 },
      ...{ passwordFile: `${folder}/secret`, ca: "/etc/ca.pem" },
    },
  });
});

const bad: readonly (readonly [text: string, problem: RegExp])[] = [
  [`[database.a]\nkind = "oracle"`, /database\.a\.kind: expected kind = "sqlite" or "postgres"/],
  [`[database.a]\nkind = "sqlite"`, /database\.a\.path: missing/],
  [`[database.a]\nkind = "sqlite"\npath = "x"\nuser = "y"`, /database\.a\.user: unknown key/],
  [`[database.a]\nkind = "postgres"`, /database\.a\.user: missing/],
  [`[database.a]\nkind = "postgres"\nuser = "x"\ntls = "may"`, /database\.a\.tls: expected "off" or "verify"/],
  [`[database.A]\nkind = "sqlite"\npath = "x"`, /expected lower-case letters/],
  [`[database.a]\nkind = "postgres"\nuser = "x"\npassword = "hunter2"`, /database\.a\.password: unknown key/],
];

for (const [text, problem] of bad) {
  test(`refused: ${text.replaceAll("\n", " ")}`, async () => {
    const { loaded } = await loadText(text);
    const problems = "problems" in loaded ? loaded.problems.join("\n") : JSON.stringify(loaded);
    assert.match(problems, problem);
    assert.doesNotMatch(problems, /hunter2/);
  });
}
