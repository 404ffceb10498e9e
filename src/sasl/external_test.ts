import assert from "node:assert/strict";
import { test } from "node:test";
import { accepting, play, saying, surroundings } from "../../test/support/play_exchange.ts";
import { revealClaim } from "./reveal_claim.ts";

const certificate = {
  verified: true,
  subject: "CN=tim",
  issuer: "CN=authority",
  fingerprint: "00".repeat(32),
  names: [],
  emails: ["tim@example.com"],
};
const around = surroundings({ certificate });
const user = "tim@example.com";

test("an empty identity leaves it to the plugin to say whose the certificate is (RFC 4422 appendix A)", async () => {
  for (const client of [{ initial: "" }, saying("")]) {
    const { claims, end } = await play("EXTERNAL", client, () => ({ kind: "accepted", user }), around);
    assert.deepEqual(claims.map(revealClaim), [{ mechanism: "EXTERNAL", step: "check", claimed: "", certificate }]);
    assert.deepEqual(end, { kind: "succeeded", user });
  }
  const silent = await play("EXTERNAL", { initial: "" }, accepting, around);
  assert.deepEqual(silent.end, { kind: "failed", reason: "unusableAnswer" });
});

test("an identity asked for is had only if the plugin names the same", async () => {
  const same = await play("EXTERNAL", { initial: user }, () => ({ kind: "accepted", user }), around);
  assert.deepEqual(same.claims.map(revealClaim).map(({ claimed, authorize }) => [claimed, authorize]), [["", user]]);
  assert.deepEqual(same.end, { kind: "succeeded", user });
  const other = await play("EXTERNAL", { initial: "ursel" }, () => ({ kind: "accepted", user }), around);
  assert.deepEqual(other.end, { kind: "failed", reason: "notAuthorized" });
  const silent = await play("EXTERNAL", { initial: "ursel" }, accepting, around);
  assert.deepEqual(silent.end, { kind: "failed", reason: "unusableAnswer" });
});

test("without a verified certificate nobody is asked", async () => {
  for (const none of [surroundings(), surroundings({ certificate: { ...certificate, verified: false } })]) {
    const { claims, end } = await play("EXTERNAL", { initial: "" }, () => ({ kind: "accepted", user }), none);
    assert.deepEqual([claims, end], [[], { kind: "failed", reason: "mismatch" }]);
  }
});

test("an identity that is no name is malformed", async () => {
  for (const initial of ["a\0b", "\u00ad", Uint8Array.of(0xff), "x".repeat(256)]) {
    const { claims, end } = await play("EXTERNAL", { initial }, () => ({ kind: "accepted", user }), around);
    assert.deepEqual([claims, end], [[], { kind: "failed", reason: "malformed" }]);
  }
});
