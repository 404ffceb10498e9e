// Tokens, their file, and the log of changes.

import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { AuditLog } from "./audit_log.ts";
import { formatToken, hashOf, matching, newTokenText, parseTokens } from "./token.ts";
import { TokenFile } from "./token_file.ts";

test("a token has 256 random bits", () => {
  assert.match(newTokenText(), /^qpsmtpd_[\w-]{43}$/);
  assert.notEqual(newTokenText(), newTokenText());
});

test("only whole lines are tokens", () => {
  const good = formatToken({ name: "ann", role: "read", hash: hashOf("a") });
  const lines = [
    "# ann",
    "",
    good,
    `${good} more`,
    good.replace("read", "root"),
    good.slice(0, -1),
    `A${good}`,
    "a b c",
  ];
  assert.deepEqual(parseTokens(lines.join("\r\n")).map(({ name, role }) => [name, role]), [["ann", "read"]]);
});

test("a token is found by what it is, not by its hash", () => {
  const tokens = parseTokens(formatToken({ name: "ann", role: "read", hash: hashOf("a") }));
  assert.equal(matching(tokens, "a")?.name, "ann");
  for (const wrong of ["", "b", Buffer.from(hashOf("a")).toString("hex")]) {
    assert.equal(matching(tokens, wrong), undefined);
  }
});

test("the file is for its owner alone, holds no token, and counts as soon as it has changed", async () => {
  const state = temporaryFolder();
  const file = new TokenFile(state);
  assert.deepEqual([await file.isThere(), await file.tokens()], [false, []]);
  const made = await new TokenFile(state).make("ann", "operate");
  assert.ok(made.kind === "made");
  assert.equal(matching(await file.tokens(), made.text)?.role, "operate");
  assert.ok(!readFileSync(file.path, "utf8").includes(made.text));
  assert.equal(statSync(file.path).mode & 0o777, 0o600);
  assert.equal((await file.make("ann", "read")).kind, "failed");
  appendFileSync(file.path, `${formatToken({ name: "bob", role: "read", hash: hashOf("b") })}\n`);
  assert.equal(matching(await file.tokens(), "b")?.name, "bob");
  writeFileSync(file.path, "");
  assert.deepEqual([await file.isThere(), await file.tokens()], [true, []]);
});

test("a log of changes is one line of JSON each, bounded in length, in size and in number", async () => {
  const state = temporaryFolder();
  const audit = new AuditLog(state, () => {}, 3000);
  const entry = { who: "ann", role: "deploy", from: "127.0.0.1", action: "deploy", target: "a", result: "refused" };
  for (let number = 0; number < 12; number++) void audit.write({ ...entry, detail: "\n".repeat(5000) });
  await audit.write({ ...entry, detail: "last" });
  const files = readdirSync(state).sort();
  assert.deepEqual(files, ["audit.jsonl", ...[1, 2, 3, 4, 5].map((number) => `audit.jsonl.${number}`)]);
  const [line = ""] = readFileSync(join(state, "audit.jsonl"), "utf8").trim().split("\n").slice(-1);
  const { at, ...rest } = JSON.parse(line) as { readonly at: string };
  assert.deepEqual(rest, { ...entry, detail: "last" });
  assert.match(at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

test("a log that cannot be written is said in the server's log, and nothing ends", async () => {
  const logged: string[] = [];
  const audit = new AuditLog("/nonexistent", (level, message) => void logged.push(`${level} ${message}`));
  await audit.write({ who: "a", role: "read", from: "b", action: "reload", result: "kept" });
  assert.deepEqual(logged, ["info changed by the API", "error the audit log cannot be written"]);
});
