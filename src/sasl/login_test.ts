import assert from "node:assert/strict";
import { test } from "node:test";
import { accepting, play, type Said, saying } from "../../test/support/play_exchange.ts";
import { revealClaim } from "./reveal_claim.ts";

test("the two prompts are those that clients expect", async () => {
  const { challenges, claims, end } = await play("LOGIN", saying("tim", "tanstaaf"), accepting);
  assert.deepEqual(challenges.map((text) => btoa(text)), ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"]);
  assert.deepEqual(claims.map(revealClaim), [
    { mechanism: "LOGIN", step: "check", claimed: "tim", password: "tanstaaf" },
  ]);
  assert.deepEqual(end, { kind: "succeeded", user: "tim" });
});

test("an initial response is the name", async () => {
  const { challenges, end } = await play("LOGIN", { ...saying("tanstaaf"), initial: "tim" }, accepting);
  assert.deepEqual(challenges, ["Password:"]);
  assert.deepEqual(end, { kind: "succeeded", user: "tim" });
});

test("a name is asked for its password whether it exists or not", async () => {
  const { challenges, end } = await play("LOGIN", saying("nobody", "guess"));
  assert.deepEqual(challenges, ["Username:", "Password:"]);
  assert.deepEqual(end, { kind: "failed", reason: "mismatch" });
});

test("names and passwords that cannot be any are malformed, and nobody is asked", async () => {
  const bad: readonly (readonly Said[])[] = [
    ["", "x"],
    ["a\0b", "x"],
    [Uint8Array.of(0xff), "x"],
    ["x".repeat(256), "x"],
    ["tim", ""],
    ["tim", "a\0b"],
    ["tim", Uint8Array.of(0xff)],
    ["tim", "x".repeat(4097)],
  ];
  for (const responses of bad) {
    const { claims, end } = await play("LOGIN", saying(...responses), accepting);
    assert.deepEqual([claims, end], [[], { kind: "failed", reason: "malformed" }], String(responses));
  }
});
