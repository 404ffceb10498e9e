// Tokens, their file, and the log of changes.

import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
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

test("the token of the terminal is another one after each start, in its place, for its owner alone", async () => {
  const state = temporaryFolder();
  const text = (): string => readFileSync(join(state, "terminal-token"), "utf8").trim();
  const file = new TokenFile(state);
  assert.equal(await file.renewForTerminal(), undefined, "none is made");
  await file.make("ann", "deploy");
  assert.ok((await file.makeForTerminal("operate")).kind === "made");
  await file.make("bob", "read");
  // Octets that are no UTF-8 stand before it.
  writeFileSync(file.path, Buffer.concat([Buffer.of(0x23, 0xff, 0xe4, 0x0a), readFileSync(file.path)]));
  const [old, before] = [text(), await new TokenFile(state).tokens()];
  assert.equal(await new TokenFile(state).renewForTerminal(), undefined);
  const after = await new TokenFile(state).tokens();
  assert.deepEqual([matching(after, old), matching(after, text())?.name], [undefined, "terminal"]);
  const others = (tokens: typeof after): unknown => tokens.filter(({ name }) => name !== "terminal");
  assert.deepEqual(others(after), others(before));
  assert.deepEqual(after.map(({ name, role }) => `${name} ${role}`), ["ann deploy", "terminal operate", "bob read"]);
  for (const name of ["terminal-token", "admin-tokens"]) assert.equal(statSync(join(state, name)).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(state).sort(), ["admin-tokens", "terminal-token"]);
});

test("a token of the terminal that was taken back, or is not that of the terminal, is not renewed", async () => {
  for (const change of ["line", "text", "name"]) {
    const state = temporaryFolder();
    const file = new TokenFile(state);
    await file.makeForTerminal("operate");
    const kept = join(state, "terminal-token");
    if (change === "line") writeFileSync(file.path, "");
    if (change === "text") writeFileSync(kept, `${newTokenText()}\n`);
    if (change === "name") writeFileSync(file.path, readFileSync(file.path, "utf8").replace("terminal", "of-somebody"));
    const before = [readFileSync(file.path, "utf8"), readFileSync(kept, "utf8")];
    assert.equal(await file.renewForTerminal(), undefined);
    assert.deepEqual([readFileSync(file.path, "utf8"), readFileSync(kept, "utf8")], before, change);
  }
});

test("what is in the way of another token of the terminal is told, and the old one stays", async () => {
  const state = temporaryFolder();
  const file = new TokenFile(state);
  const made = await file.makeForTerminal("operate");
  assert.ok(made.kind === "made");
  mkdirSync(join(state, "terminal-token.new"));
  assert.match(await file.renewForTerminal() ?? "", /terminal-token: cannot be written: E/);
  assert.equal(matching(await new TokenFile(state).tokens(), made.text)?.name, "terminal");
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
