// Manifests, and what is said of bad ones.

import assert from "node:assert/strict";
import { test } from "node:test";
import { plainManifest } from "../../test/support/wat_plugin.ts";
import { parseManifest } from "./manifest.ts";

function parse(manifest: unknown): ReturnType<typeof parseManifest> {
  return parseManifest(new TextEncoder().encode(typeof manifest === "string" ? manifest : JSON.stringify(manifest)));
}

/** Its problems with these fields instead of the plain ones. */
function problems(fields: { readonly [field: string]: unknown }): readonly string[] {
  const parsed = parse({ ...plainManifest, ...fields });
  return parsed.kind === "problems" ? parsed.problems : [];
}

const setting = (fields: object): { readonly settings: unknown } => ({
  settings: { max: { type: "integer", description: "d", ...fields } },
});

test("a whole manifest is taken as it is", () => {
  const manifest = {
    ...plainManifest,
    version: "1.0.0-rc.1+5",
    licence: "MIT OR Apache-2.0",
    hooks: ["rcpt", "data_post"],
    lists: ["badmailfrom", "bad-helo_2"],
    settings: {
      max: { type: "integer", description: "d", default: 3, minimum: 1, maximum: 9 },
      how: { type: "string", description: "d", choices: ["a", "b"], default: "b" },
      who: { type: "list", description: "d", default: [] },
      must: { type: "boolean", description: "d" },
      pin: { type: "string", description: "d", secret: true },
    },
  };
  assert.deepEqual(parse(manifest), { kind: "manifest", manifest });
});

const rows: readonly (readonly [fields: { readonly [field: string]: unknown }, told: RegExp])[] = [
  [{ name: undefined }, /^name is missing$/],
  [{ name: "Greylist" }, /^name must be lower-case letters/],
  [{ name: "../x" }, /^name must be/],
  [{ name: "a".repeat(65) }, /^name must be/],
  [{ version: "1.0" }, /^version must be a version like 1.2.3$/],
  [{ contract: "1" }, /^contract /],
  [{ contract: 2 }, /^contract is 2, and this server speaks contract 1: update this server$/],
  [{ contract: 0 }, /^contract is 0, .*: build the plugin again with the current SDK$/],
  [{ contract: 2, name: 7, tomorrow: {} }, /^contract is 2/],
  [{ description: "a\u0007b" }, /^description contains the control character U\+0007$/],
  [{ description: "" }, /^description /],
  [{ licence: "" }, /^licence must be an SPDX identifier/],
  [{ hooks: [] }, /^hooks must name at least one hook$/],
  [{ hooks: ["rcpt", "helo", "rctp"] }, /^hooks\[2\] is no hook, did you mean "rcpt"\?$/],
  [{ hooks: ["rcpt", "rcpt"] }, /^hooks\[1\] is there twice$/],
  [{ hooks: "rcpt" }, /^hooks /],
  [{ lists: ["qpsmtpd.toml"] }, /^lists\[0\] must be the name of a list file/],
  [{ lists: ["../../etc/passwd"] }, /^lists\[0\] must be/],
  [{ lists: ["a", "a"] }, /^lists\[1\] is there twice$/],
  [{ onError: "ignore" }, /^onError /],
  [{ wishes: { cpu: 0 } }, /^wishes.cpu /],
  [{ wishes: { disk: 1 } }, /^wishes.disk is not known here$/],
  [{ hook: [] }, /^hook is not known here$/],
  [{ settings: { "a.b": { type: "string", description: "d" } } }, /^settings.a.b must be named with/],
  [setting({ type: "int" }), /^settings.max.type /],
  [setting({ default: "3" }), /^settings.max has a default that must be an integer, not "3"$/],
  [setting({ default: 9, maximum: 8 }), /^settings.max has a default that must be at most 8, not 9$/],
  [setting({ minimum: 9, maximum: 8 }), /^settings.max has a minimum above its maximum$/],
  [setting({ choices: ["a"] }), /^settings.max may have choices only if it is a string$/],
  [setting({ type: "string", minimum: 1 }), /^settings.max may have minimum and maximum only if it is a number$/],
  [setting({ secret: "yes" }), /^settings.max.secret /],
  [setting({ units: "s" }), /^settings.max.units is not known here$/],
];

for (const [fields, told] of rows) {
  test(`refused: ${JSON.stringify(fields)}`, () => {
    const [first, ...others] = problems(fields);
    assert.match(first ?? "nothing was told", told);
    assert.deepEqual(others, []);
  });
}

test("all problems are told at once", () => {
  assert.equal(problems({ name: "", version: "", onError: "" }).length, 3);
});

test("what is no object, too long or too deep is refused", () => {
  for (const text of ["", "null", "[]", "7", "x".repeat(70_000), "[".repeat(9000) + "]".repeat(9000)]) {
    assert.equal(parse(text).kind, "problems", text.slice(0, 10));
  }
});
