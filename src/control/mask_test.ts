// What of the configuration nobody is shown, and that everything else is.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../sdk/contract/contract.ts";
import type { Setting } from "../../sdk/contract/manifest.ts";
import { jsonSchemaText } from "../config/json_schema.ts";
import { configured } from "../../test/support/configured.ts";
import { maskConfig } from "./mask.ts";

const text = { type: "string", description: "d" } as const;

const declared: { readonly [name: string]: Setting } = {
  pin: { ...text, secret: true },
  codes: { type: "list", description: "d", secret: true },
  key: { ...text, choices: ["address", "network"] },
  token_name: { ...text, secret: false },
  api_key: text,
  password_length: { type: "integer", description: "d" },
  url: text,
};

const settings: readonly (readonly [toml: string, known: boolean, shown: Json])[] = [
  [`pin = "4711"`, true, { pin: "***" }],
  [`codes = ["a", "b"]`, true, { codes: "***" }],
  [`key = "address"`, true, { key: "address" }],
  [`token_name = "x-auth"`, true, { token_name: "x-auth" }],
  [`api_key = "b"`, true, { api_key: "***" }],
  [`password_length = 8`, true, { password_length: 8 }],
  [`url = "https://user:e@host/?t=f#g"`, true, { url: "https://user:***@host/?***#g" }],
  [`url = "https://token@host/"`, true, { url: "https://***@host/" }],
  [`pin = "4711"`, false, { pin: "4711" }],
  [`client_secret = ["c"]`, true, { client_secret: "***" }],
  [`password_file = "/etc/p"`, false, { password_file: "/etc/p" }],
  [`nested = { list = [{ passphrase = "d", n = 1 }] }`, true, { nested: { list: [{ passphrase: "***", n: 1 }] } }],
];

for (const [toml, known, shown] of settings) {
  test(`settings { ${toml} } of a plugin whose manifest is ${known ? "known" : "unknown"}`, async () => {
    const config = await configured(`[[plugin]]\nname = "p"\nsettings = { ${toml} }`);
    const masked = maskConfig(config, () => known ? declared : undefined) as { readonly plugin: Json };
    assert.partialDeepStrictEqual(masked.plugin, [{ label: "p", settings: shown }]);
  });
}

test("what the schema knows is shown, public keys and paths of private ones too, but nothing that URLs carry", async () => {
  const config = await configured(
    `[plugins]\ntrusted_keys = ["${"A".repeat(43)}="]\n[lists.urls]\nbad = "https://lists.test/bad?token=x"\n`,
  );
  const shown = maskConfig(config, () => undefined);
  assert.partialDeepStrictEqual(shown, {
    plugins: { trustedKeys: [{ key: `${"A".repeat(43)}=` }] },
    lists: { urls: { bad: "https://lists.test/bad?***" } },
  });
  assert.deepEqual(JSON.parse(JSON.stringify(shown)), shown);
});

test("the configuration has no key for a secret: only for files that hold one", () => {
  const names = new Set<string>();
  JSON.parse(jsonSchemaText(), (name, value: unknown) => {
    if (name === "properties") { for (const key of Object.keys(value as object)) names.add(key); }
    return value;
  });
  const suspicious = [...names].filter((name) => /pass|secret|token|credential|private|key|dsn|pin|auth/i.test(name));
  assert.deepEqual(suspicious.sort(), suspects);
});

/** Whoever adds a key with such a name takes a file instead, or masks it in mask.ts. */
const suspects = [
  "auth",
  "auth_without_tls",
  "authentication_results",
  "client_authorities",
  "dsn",
  // A path.
  "key",
  "password_file",
  // Public ones.
  "trusted_keys",
];
