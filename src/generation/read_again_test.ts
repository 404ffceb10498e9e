import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { loadConfig } from "../config/load.ts";
import { readAgain } from "./read_again.ts";

const file = join(temporaryFolder(), "qpsmtpd.toml");
const first = `listen = ["127.0.0.1:2525"]\nstate = "one"\nhostname = "one.test"\n[[plugin]]\nname = "a"`;

test("what cannot change while the server runs stays, paths that depend on it too, and each is told", async () => {
  writeFileSync(file, first);
  const started = await loadConfig(file);
  assert.ok(started.kind === "config");
  const { listen, state, spool, delivery } = started.config;
  writeFileSync(
    file,
    `listen = ["127.0.0.1:26"]\nstate = "two"\nhostname = "two.test"\nspool.memory_threshold = "2MB"\n` +
      `[[plugin]]\nname = "a"`,
  );
  const again = await readAgain({ path: file, overrides: {} }, started.config);
  assert.ok(again.kind === "config");
  assert.partialDeepStrictEqual(again.config, { hostname: "two.test", listen, state, spool, delivery });
  assert.deepEqual(
    again.warnings,
    ["listen", "state", "spool"].map((key) =>
      `${file}: ${key}: has changed, which takes effect when the server is started again`
    ),
  );
});

test("what the command line said still holds, and nothing is told of it", async () => {
  writeFileSync(file, first);
  const overrides = { listen: [{ host: "127.0.0.1", port: 0 }], state: "/elsewhere" };
  const started = await loadConfig(file, overrides);
  assert.ok(started.kind === "config");
  const again = await readAgain({ path: file, overrides }, started.config);
  assert.deepEqual(again, started);
});
