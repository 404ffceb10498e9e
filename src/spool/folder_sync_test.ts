// Shared syncs of one folder.

import assert from "node:assert/strict";
import test from "node:test";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { makeNamesDurable } from "./folder_sync.ts";

test("whoever comes while a sync runs waits for the next one, and all of them share it", async () => {
  const folder = temporaryFolder();
  const running = makeNamesDurable(folder);
  const late = [makeNamesDurable(folder), makeNamesDurable(folder)];
  assert.notEqual(late[0], running);
  assert.equal(late[0], late[1]);
  const order: string[] = [];
  await Promise.all([
    running.then(() => order.push("first")),
    ...late.map((sync) => sync.then(() => order.push("next"))),
  ]);
  assert.deepEqual(order, ["first", "next", "next"]);
});

test("a folder that cannot be synced fails for those who wait, and for nobody else", async () => {
  const missing = `${temporaryFolder()}/missing`;
  const results = await Promise.allSettled([makeNamesDurable(missing), makeNamesDurable(missing)]);
  assert.deepEqual(results.map((result) => result.status), ["rejected", "rejected"]);
  await makeNamesDurable(temporaryFolder());
});
