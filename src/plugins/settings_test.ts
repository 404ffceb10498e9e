// What an operator may configure, and what he is told of the rest.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Setting } from "../../sdk/contract/manifest.ts";
import { checkSettings } from "./settings.ts";

const offered: { readonly [name: string]: Setting } = {
  max: { type: "integer", description: "The most.", default: 3, minimum: 1, maximum: 9 },
  factor: { type: "number", description: "A factor.", default: 0.5 },
  mode: { type: "string", description: "How.", default: "soft", choices: ["soft", "hard"] },
  strict: { type: "boolean", description: "Whether.", default: false },
  names: { type: "list", description: "Who.", default: [] },
};
const defaults = { max: 3, factor: 0.5, mode: "soft", strict: false, names: [] };

test("defaults are filled in", () => {
  assert.deepEqual(checkSettings(offered, {}), { kind: "settings", settings: defaults });
});

test("what is given counts", () => {
  const given = { max: 9, factor: -1, mode: "hard", strict: true, names: ["a"] };
  assert.deepEqual(checkSettings(offered, given), { kind: "settings", settings: given });
});

const rows: readonly (readonly [given: { readonly [name: string]: unknown }, path: string, message: string])[] = [
  [{ maxx: 1 }, "settings.maxx", 'is no setting of this plugin, did you mean "max"?'],
  [
    { colour: 1 },
    "settings.colour",
    "is no setting of this plugin; it has max, factor, mode, strict, names",
  ],
  [{ "a\nb": 1 }, 'settings."a\\u{a}b"', "is no setting of this plugin; it has max, factor, mode, strict, names"],
  [{ toString: 1 }, "settings.toString", "is no setting of this plugin; it has max, factor, mode, strict, names"],
  [{ max: 0 }, "settings.max", "must be at least 1, not 0"],
  [{ max: 10 }, "settings.max", "must be at most 9, not 10"],
  [{ max: 1.5 }, "settings.max", "must be an integer, not 1.5"],
  [{ max: "3" }, "settings.max", 'must be an integer, not "3"'],
  [{ factor: Infinity }, "settings.factor", "must be a number, not Infinity"],
  [{ factor: NaN }, "settings.factor", "must be a number, not NaN"],
  [{ mode: "medium" }, "settings.mode", 'must be one of "soft", "hard", not "medium"'],
  [{ mode: true }, "settings.mode", "must be a string, not true"],
  [{ strict: "yes" }, "settings.strict", 'must be true or false, not "yes"'],
  [{ names: "a" }, "settings.names", 'must be a list of strings, not "a"'],
  [{ names: ["a", 1] }, "settings.names", "must be a list of strings, not a list"],
];

for (const [given, path, message] of rows) {
  test(`refused: ${JSON.stringify(given)}`, () => {
    assert.deepEqual(checkSettings(offered, given), { kind: "problems", problems: [{ path, message }] });
  });
}

test("a setting without default must be given", () => {
  const must = { type: "string", description: "Who knows." } as const;
  const problems = [{ path: "settings.who", message: "must be given: Who knows." }];
  assert.deepEqual(checkSettings({ who: must }, {}), { kind: "problems", problems });
});

test("a plugin without settings takes none", () => {
  const problems = [{ path: "settings.a", message: "is no setting of this plugin; this plugin has no settings" }];
  assert.deepEqual(checkSettings({}, { a: 1 }), { kind: "problems", problems });
});
