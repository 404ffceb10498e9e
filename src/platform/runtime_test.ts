// The runtime's name, and whether it can suspend guests.

import assert from "node:assert/strict";
import { execPath } from "node:process";
import { test } from "node:test";
import { hasJspi } from "./jspi.ts";
import { runtime } from "./runtime.ts";

test("the runtime that really runs is named, not the Node it claims to be", () => {
  const { name, version } = runtime();
  assert.match(execPath.toLowerCase(), new RegExp(name.toLowerCase()));
  assert.match(version, /^\d+\.\d+\.\d+/);
});

test("the runtimes we support have JSPI", () => {
  assert.equal(hasJspi(), true);
});
