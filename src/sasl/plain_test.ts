import assert from "node:assert/strict";
import { test } from "node:test";
import { accepting, octetsOf, play, saying } from "../../test/support/play_exchange.ts";
import { revealClaim } from "./reveal_claim.ts";

const told = { mechanism: "PLAIN", step: "check" } as const;

test("RFC 4616 §4: with and without an initial response the plugin is told name and password", async () => {
  const message = "\0tim\0tanstaaftanstaaf";
  const atOnce = await play("PLAIN", { initial: message }, accepting);
  assert.deepEqual(atOnce.challenges, []);
  const asked = await play("PLAIN", saying(message), accepting);
  assert.deepEqual(asked.challenges, [""]);
  for (const { claims, end } of [atOnce, asked]) {
    assert.deepEqual(claims.map(revealClaim), [{ ...told, claimed: "tim", password: "tanstaaftanstaaf" }]);
    assert.deepEqual(end, { kind: "succeeded", user: "tim" });
  }
});

test("RFC 4616 §4: an authorization identity is told, and lent only by a plugin that names it", async () => {
  const message = "Ursel\0Kurt\0xipj3plmq";
  const unaware = await play("PLAIN", { initial: message }, accepting);
  assert.deepEqual(unaware.claims.map(revealClaim), [
    { ...told, claimed: "Kurt", authorize: "Ursel", password: "xipj3plmq" },
  ]);
  assert.deepEqual(unaware.end, { kind: "failed", reason: "notAuthorized" });
  const other = await play("PLAIN", { initial: message }, () => ({ kind: "accepted", user: "Kurt" }));
  assert.deepEqual(other.end, { kind: "failed", reason: "notAuthorized" });
  const aware = await play("PLAIN", { initial: message }, () => ({ kind: "accepted", user: "Ursel" }));
  assert.deepEqual(aware.end, { kind: "succeeded", user: "Ursel" });
});

test("who wants to be himself needs no leave, however he writes himself", async () => {
  const { claims, end } = await play("PLAIN", { initial: "\u2168\0IX\0secret" }, accepting);
  assert.deepEqual(claims.map(revealClaim), [{ ...told, claimed: "IX", password: "secret" }]);
  assert.deepEqual(end, { kind: "succeeded", user: "IX" });
});

test("a refusal and a deferral end it", async () => {
  const { end } = await play("PLAIN", { initial: "\0tim\0wrong" });
  assert.deepEqual(end, { kind: "failed", reason: "mismatch" });
  const deferred = await play("PLAIN", { initial: "\0tim\0right" }, () => ({ kind: "unavailable" }));
  assert.deepEqual(deferred.end, { kind: "failed", reason: "unavailable" });
});

test("a plugin may say the user's name in another form, if it is a name", async () => {
  const named = await play("PLAIN", { initial: "\0Tim\0x" }, () => ({ kind: "accepted", user: "tim@example.com" }));
  assert.deepEqual(named.end, { kind: "succeeded", user: "tim@example.com" });
  const broken = await play("PLAIN", { initial: "\0Tim\0x" }, () => ({ kind: "accepted", user: "a\r\nb" }));
  assert.deepEqual(broken.end, { kind: "failed", reason: "unusableAnswer" });
});

const malformed: readonly (string | Uint8Array)[] = [
  "",
  "tim",
  "tim\0secret",
  "\0\0secret",
  "\0tim\0",
  "\0tim\0secret\0",
  "\0tim\0sec\0ret",
  "\u0007\0tim\0secret",
  "\u00ad\0tim\0secret",
  "\0ti\nm\0secret",
  `\0${"x".repeat(256)}\0secret`,
  `${"x".repeat(256)}\0tim\0secret`,
  `\0tim\0${"x".repeat(4097)}`,
  Uint8Array.from([0, 0xff, 0, 0x61]),
  Uint8Array.from([...octetsOf("\0tim\0"), 0xff]),
];

test("what is no PLAIN message is malformed, and nobody is asked", async () => {
  for (const initial of malformed) {
    const { claims, end } = await play("PLAIN", { initial }, accepting);
    assert.deepEqual([claims, end], [[], { kind: "failed", reason: "malformed" }], JSON.stringify(initial));
  }
});
