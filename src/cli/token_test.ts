// `qpsmtpd token`: what it prints, what it keeps, and why it makes none.

import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { matching, parseTokens } from "../admin/token.ts";
import { token, type TokenWanted } from "./token.ts";

const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-token-"));
const config = join(folder, "qpsmtpd.toml");
writeFileSync(config, `hostname = "mx.test"\n`);
after(() => rmSync(folder, { recursive: true, force: true }));

let states = 0;

/** A folder that does not exist yet. */
function freshState(): string {
  return join(folder, String(++states), "state");
}

interface Made {
  readonly code: number;
  readonly printed: readonly string[];
  readonly complained: string;
}

async function make(wanted: TokenWanted, state: string, path = config): Promise<Made> {
  const [printed, complained]: [string[], string[]] = [[], []];
  const output = { print: (line: string) => void printed.push(line), complain: (l: string) => void complained.push(l) };
  const code = await token({ path, overrides: { state } }, wanted, output);
  return { code, printed, complained: complained.join("\n") };
}

function kept(state: string): string {
  return readFileSync(join(state, "admin-tokens"), "utf8");
}

test("the token alone is printed, its hash alone is kept, for its owner alone, and it is of the role that was asked for", async () => {
  const state = freshState();
  const { code, printed, complained } = await make({ role: "deploy", name: "ci" }, state);
  const [text = ""] = printed;
  assert.deepEqual([code, printed.length], [0, 1]);
  assert.match(text, /^qpsmtpd_[\w-]{43}$/);
  assert.match(
    complained,
    /^ci may do everything, .*; shown only now\. Who deletes its line in .*admin-tokens takes it/,
  );
  assert.equal(kept(state).includes(text), false);
  const found = matching(parseTokens(kept(state)), text);
  assert.deepEqual([found?.name, found?.role], ["ci", "deploy"]);
  assert.equal(statSync(join(state, "admin-tokens")).mode & 0o777, 0o600);
  assert.equal(statSync(state).mode & 0o777, 0o700);
});

test("without a role it may look, without a name one is made up, and each is another", async () => {
  const state = freshState();
  const [one, other] = [await make({}, state), await make({}, state)];
  assert.notDeepEqual(one.printed, other.printed);
  const tokens = parseTokens(kept(state));
  assert.deepEqual(tokens.map(({ role }) => role), ["read", "read"]);
  for (const { name } of tokens) assert.match(name, /^read-[0-9a-f]{6}$/);
});

test("a file whose last line has no end keeps that line, and gets another", async () => {
  const state = freshState();
  await make({ name: "first" }, state);
  writeFileSync(join(state, "admin-tokens"), kept(state).trimEnd());
  await make({ name: "second" }, state);
  assert.deepEqual(parseTokens(kept(state)).map(({ name }) => name), ["first", "second"]);
});

const refused: readonly (readonly [wanted: TokenWanted, why: string])[] = [
  [{ role: "admin" }, `token: --role is read, operate, deploy, not "admin"`],
  [{ role: "\u001b[2J" }, `token: --role is read, operate, deploy, not "\\u{1b}[2J"`],
  [{ name: "Big Boss" }, `token: "Big Boss" is no name: lower-case letters, digits, and . _ - behind the first`],
  [{ name: "a deploy 00" }, `token: "a deploy 00" is no name: lower-case letters, digits, and . _ - behind the first`],
];

for (const [wanted, why] of refused) {
  test(`none is made for ${JSON.stringify(wanted)}`, async () => {
    const state = freshState();
    assert.deepEqual(await make(wanted, state), { code: 1, printed: [], complained: why });
    assert.throws(() => kept(state));
  });
}

test("a name is given once: the line to delete is named", async () => {
  const state = freshState();
  await make({ name: "ci" }, state);
  const again = await make({ name: "ci" }, state);
  assert.equal(again.code, 1);
  assert.match(again.complained, /^token: .*admin-tokens has a token called ci: .*delete its line there$/);
  assert.equal(parseTokens(kept(state)).length, 1);
});

test("a token that the server would not read is none", async () => {
  const state = freshState();
  await make({ name: "first" }, state);
  appendFileSync(join(state, "admin-tokens"), "# a comment\n".repeat(1000));
  const before = kept(state);
  const { code, printed, complained } = await make({ name: "second" }, state);
  assert.deepEqual([code, printed], [1, []]);
  assert.match(complained, /^token: .*admin-tokens has too many lines: delete those that are not needed$/);
  assert.equal(kept(state), before);
});

test("a folder that cannot be is told with its place", async () => {
  const { code, printed, complained } = await make({}, join(config, "state"));
  assert.deepEqual([code, printed], [1, []]);
  assert.match(complained, /^token: .*qpsmtpd\.toml\/state\/admin-tokens: cannot be written: ENOTDIR$/);
});

test("a configuration that is wrong is told as check tells it", async () => {
  const path = join(folder, "wrong.toml");
  writeFileSync(path, "hostname = 1");
  const { code, printed, complained } = await make({}, freshState(), path);
  assert.deepEqual([code, printed], [1, []]);
  assert.match(complained, /wrong\.toml: hostname: expected/);
});
