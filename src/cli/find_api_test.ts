// Where commands look for the API, and with which token: flags and environment first, then the configuration.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { ApiSelection } from "./api_arguments.ts";
import { findApi } from "./find_api.ts";

const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-find-api-"));
const state = join(folder, "state");
mkdirSync(state);
after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function configured(name: string, listen: string, states = state): string {
  return file(name, `state = "${states}"\n[admin]\nlisten = "${listen}"\n`);
}

writeFileSync(join(state, "terminal-token"), "kept\n");
const config = configured("good.toml", "127.0.0.1:1");
const admin = { host: "::1", port: 2 };
const nowhere = join(folder, "nowhere.toml");

const rows: readonly (readonly [rule: string, given: Partial<ApiSelection>, found: string | RegExp])[] = [
  ["the file says where, and its state folder has the token", { config }, "127.0.0.1:1 kept"],
  ["--admin comes before the file", { config, admin }, "::1:2 kept"],
  ["with --admin and a token nothing is read", { config: nowhere, admin, token: " t\n" }, "::1:2 t"],
  ["with --admin and --state neither", { config: nowhere, admin, state }, "::1:2 kept"],
  ["a token that is given comes before the one that is kept", { config, token: "t" }, "127.0.0.1:1 t"],
  ["a file with a token", { config, tokenFile: file("token", "filed\n") }, "127.0.0.1:1 filed"],
  [
    "a file with none",
    { config, tokenFile: file("none", "two words") },
    /none: holds no token\nmake one \(qpsmtpd token/,
  ],
  ["a file that is too long", { config, tokenFile: file("long", "x".repeat(2000)) }, /long: is no file with a token\n/],
  ["a file that is not there", { config, tokenFile: join(folder, "x") }, /x: there is no such file\nmake one/],
  [
    "nowhere a token",
    { config: configured("c", "a:1", folder) },
    /^no token: .*terminal-token: there is no such file\n/,
  ],
  ["the API is off", { config: configured("off.toml", "off") }, /off\.toml: the API is off\nset admin\.listen = /],
  ["off by --admin", { config, admin: "off" }, /the API is off\n.*or say --admin HOST:PORT$/],
  [
    "a port that only the server knows",
    { config: configured("0.toml", "a:0") },
    /port 0, any that is free\nsay --admin/,
  ],
  ["no configuration", { config: nowhere }, /nowhere\.toml.*\nwith --admin and QPSMTPD_TOKEN the configuration is not/],
];

test("a server that starts again has another token, which is found as soon as it is there; one that is given stays", async () => {
  const [kept, given] = await Promise.all([
    findApi({ json: false, config }),
    findApi({ json: false, config, token: "t" }),
  ]);
  assert.ok(kept.kind === "found" && given.kind === "found");
  writeFileSync(join(state, "terminal-token"), "renewed\n");
  const source = join(state, "terminal-token");
  assert.deepEqual(await kept.door.token(), { token: "renewed", source, kept: true });
  assert.deepEqual(await given.door.token(), { token: "t", source: "QPSMTPD_TOKEN", kept: false });
  rmSync(source);
  assert.match(JSON.stringify(await kept.door.token()), /no token: .*there is no such file/);
  writeFileSync(source, "kept\n");
});

for (const [rule, given, expected] of rows) {
  test(rule, async () => {
    const found = await findApi({ json: false, ...given });
    const told = found.kind === "found"
      ? `${found.door.host}:${found.door.port} ${Object.values(await found.door.token())[0]}`
      : found.lines.join("\n");
    if (typeof expected === "string") assert.equal(told, expected);
    else assert.match(told, expected);
  });
}
