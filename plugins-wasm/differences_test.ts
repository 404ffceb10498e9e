// The table of differences is what the READMEs say, and every plugin says something.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { differencesFile, differencesText } from "./differences.ts";

test("DIFFERENCES.md is what the READMEs say: run `node plugins-wasm/differences.ts` after a change", () => {
  assert.ok(readFileSync(differencesFile, "utf8") === differencesText());
});

test("every plugin has its row", () => {
  const folder = import.meta.dirname;
  const plugins = readdirSync(folder).filter((name) => existsSync(join(folder, name, "plugin.json")));
  const text = differencesText();
  assert.deepEqual(plugins.filter((name) => !text.includes(`\n| ${name} | `)), []);
});
