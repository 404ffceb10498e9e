import assert from "node:assert/strict";
import { test } from "node:test";
import { configure } from "#sdk/testing";
import authFlatFile from "../../plugins-wasm/auth_flat_file/plugin.ts";
import { callContext } from "../../test/support/call_context.ts";
import { cryptoCapability } from "../capabilities/crypto.ts";
import { password } from "./password.ts";
import type { PasswordRead } from "./read_password.ts";

interface Ran {
  readonly code: number;
  readonly printed: readonly string[];
  readonly complained: readonly string[];
}

async function run(user: string, read: PasswordRead | string): Promise<Ran> {
  const [printed, complained]: [string[], string[]] = [[], []];
  const given: PasswordRead = typeof read === "string" ? { kind: "password", text: read } : read;
  const code = await password(user, () => Promise.resolve(given), {
    print: (line) => void printed.push(line),
    complain: (line) => void complained.push(line),
  });
  return { code, printed, complained };
}

test("the line is one that auth_flat_file takes, and the password is the one that checks", async () => {
  const { code, printed: [line = ""], complained } = await run("alice@example.com", "p\u00e4ncil ");
  assert.deepEqual([code, complained], [0, []]);
  const { problems, setup } = configure(authFlatFile, { lists: { flat_auth_pw: [line] } });
  assert.deepEqual(problems, []);
  assert.equal(setup.passwords.get("alice@example.com")?.kind, "keys");
  const secret = line.slice("alice@example.com:".length);
  assert.match(secret, /^SCRAM-SHA-256\$100000:[^:$]{22}==\$/);
  for (const [password, value] of [["p\u00e4ncil ", true], ["pa\u0308ncil ", true], ["p\u00e4ncil", false]] as const) {
    const checked = await cryptoCapability().fulfil({ do: "verifyPassword", secret, password }, callContext());
    assert.deepEqual(checked, { kind: "done", value });
  }
});

test("no two lines of a password are alike", async () => {
  const [one, two] = [await run("a@b", "pencil"), await run("a@b", "pencil")];
  assert.notEqual(one.printed[0], two.printed[0]);
});

test("a name without a domain is doubted, not refused", async () => {
  const ran = await run("alice", "pencil");
  assert.deepEqual([ran.code, ran.printed.length], [0, 1]);
  assert.deepEqual(ran.complained, ["warning: alice has no domain: auth_flat_file needs require_domain = false"]);
});

const unfit = "the password is empty, too long, or has a control character in it";
const refusals: readonly (readonly [user: string, read: PasswordRead | string, complaint: string])[] = [
  ["a b@c", "x", `"a b@c" cannot be a name in the list`],
  ["a:b@c", "x", `"a:b@c" cannot be a name in the list`],
  ["#a@c", "x", `"#a@c" cannot be a name in the list`],
  ["$include@c", "x", `"$include@c" cannot be a name in the list`],
  ["a\u001b[2J@c", "x", `"a\\u{1b}[2J@c" cannot be a name in the list`],
  ["", "x", `"" cannot be a name in the list`],
  ["a@b", "", unfit],
  ["a@b", "\u001b[Ax", unfit],
  ["a@b", "x".repeat(5000), unfit],
  ["a@b", { kind: "problem", problem: "cancelled" }, "cancelled"],
];

test("what cannot be made a line ends with 1 and says why, without the password", async () => {
  for (const [user, read, complaint] of refusals) {
    assert.deepEqual(await run(user, read), { code: 1, printed: [], complained: [`password: ${complaint}`] });
  }
});
