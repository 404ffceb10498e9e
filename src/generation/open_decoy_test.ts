// The secret of made-up users: made once, private, the same for all who open it.

import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { openDecoy } from "./open_decoy.ts";

test("the same made-up salt after a restart, and nobody else may read the secret", async () => {
  const state = join(temporaryFolder(), "var");
  const [first, second] = [await openDecoy(state), await openDecoy(state)];
  assert.ok(first.kind === "decoy" && second.kind === "decoy");
  assert.deepEqual(first.decoy.saltingFor("nobody"), second.decoy.saltingFor("nobody"));
  assert.notDeepEqual(first.decoy.saltingFor("nobody"), first.decoy.saltingFor("somebody"));
  assert.equal(statSync(join(state, "auth-decoy")).mode & 0o777, 0o600);
});

test("a damaged secret is named", async () => {
  const state = temporaryFolder();
  writeFileSync(join(state, "auth-decoy"), "short");
  const opened = await openDecoy(state);
  assert.ok(opened.kind === "failed");
  assert.match(opened.message, /auth-decoy: it has 5 octets, not 32: remove it$/);
});
