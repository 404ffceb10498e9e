import assert from "node:assert/strict";
import { test } from "node:test";
import { type Plugins, surroundings } from "../../test/support/play_exchange.ts";
import { type Begun, type ExchangeResult, runExchange } from "./run_exchange.ts";
import type { Heard } from "./wire.ts";

interface Dialogue {
  readonly said: readonly string[];
  readonly result: ExchangeResult;
  /** What was said before each pause, and how long it was. */
  readonly pauses: readonly { readonly after: number; readonly milliseconds: number }[];
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const line = (text: string): Heard => ({ kind: "line", text });
const refused: Plugins = () => ({ kind: "refused" });
const accepted: Plugins = () => ({ kind: "accepted" });

async function hold(begun: Begun, heard: readonly Heard[], plugins: Plugins, thinking = 0): Promise<Dialogue> {
  const said: string[] = [];
  const pauses: { after: number; milliseconds: number }[] = [];
  const left = [...heard];
  let time = 5_000;
  const result = await runExchange(begun, {
    challenge: (text) => said.push(text),
    hear: () => Promise.resolve(left.shift() ?? { kind: "gone" }),
    ask: (claim) => {
      time += thinking;
      return Promise.resolve(plugins(claim));
    },
    now: () => time,
    pause: (milliseconds) => {
      pauses.push({ after: said.length, milliseconds });
      return Promise.resolve();
    },
  }, surroundings());
  return { said, result, pauses };
}

const plain: Begun = { mechanism: "PLAIN", failureDelay: 1000 };
const secret = base64("\0tim\0tanstaaf");

test("who is accepted waits for nothing", async () => {
  const { said, result, pauses } = await hold({ ...plain, initial: secret }, [], accepted);
  assert.deepEqual([said, result], [[], { kind: "authenticated", mechanism: "PLAIN", user: "tim" }]);
  assert.deepEqual(pauses, []);
});

test("challenges are base64, and an empty one is empty", async () => {
  const login = await hold({ mechanism: "LOGIN", failureDelay: 0 }, [line("dGlt"), line("eA==")], accepted);
  assert.deepEqual(login.said, ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"]);
  assert.deepEqual((await hold(plain, [line(secret)], accepted)).said, [""]);
});

test("a refusal comes late, counted from what the client sent: how long the check took does not show", async () => {
  const quick = await hold({ ...plain, initial: secret }, [], refused);
  const slow = await hold({ ...plain, initial: secret }, [], refused, 100);
  assert.deepEqual(quick.result, { kind: "failed", reason: "mismatch", claimed: "tim" });
  assert.deepEqual([...quick.pauses, ...slow.pauses].map(({ milliseconds }) => milliseconds), [1000, 900]);
  const slower = await hold({ ...plain, initial: secret }, [], refused, 1000);
  assert.deepEqual(slower.pauses, []);
});

test("a client that is told of its refusal by a challenge waits before that, and once", async () => {
  const initial = base64("n,a=tim,\x01auth=Bearer guess\x01\x01");
  const { said, pauses, result } = await hold({ ...plain, mechanism: "OAUTHBEARER", initial }, [line("AQ==")], refused);
  assert.deepEqual(said, [base64('{"status":"invalid_token"}')]);
  assert.deepEqual(pauses.map(({ after }) => after), [0]);
  assert.deepEqual(result, { kind: "failed", reason: "mismatch", claimed: "tim" });
});

test("whoever cancels behind a refusal has waited for it too", async () => {
  const initial = base64("n,a=tim,\x01auth=Bearer guess\x01\x01");
  const { pauses, result } = await hold({ ...plain, mechanism: "OAUTHBEARER", initial }, [line("*")], refused);
  assert.deepEqual([pauses.length, result], [1, { kind: "failed", reason: "cancelled", claimed: "tim" }]);
});

const endings: readonly [begun: Begun, heard: readonly Heard[], result: ExchangeResult][] = [
  [plain, [line("*")], { kind: "failed", reason: "cancelled" }],
  [plain, [line("=")], { kind: "failed", reason: "undecodable" }],
  [{ ...plain, initial: "x" }, [], { kind: "failed", reason: "undecodable" }],
  [{ ...plain, initial: "=" }, [], { kind: "failed", reason: "malformed" }],
  [{ ...plain, mechanism: "CRAM-MD5", initial: "=" }, [], { kind: "failed", reason: "initialNotAllowed" }],
  [plain, [{ kind: "tooLong" }], { kind: "failed", reason: "tooLong" }],
  [plain, [line("A".repeat(12_292))], { kind: "failed", reason: "tooLong" }],
  [plain, [{ kind: "gone" }], { kind: "broken", heard: { kind: "gone" } }],
  [plain, [{ kind: "timedOut" }], { kind: "broken", heard: { kind: "timedOut" } }],
  [plain, [{ kind: "bareCrLf" }], { kind: "broken", heard: { kind: "bareCrLf" } }],
];

test("every other ending has its own reason, and no plugin is asked", async () => {
  for (const [begun, heard, expected] of endings) {
    const { result } = await hold(begun, heard, () => assert.fail("a plugin was asked"));
    assert.deepEqual(result, expected);
  }
});

test("what the exchange comes to shows no secret", async () => {
  for (const plugins of [accepted, refused]) {
    const { result } = await hold({ ...plain, initial: secret }, [], plugins);
    assert.equal(JSON.stringify(result).includes("tanstaaf"), false);
  }
});
