import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { accepting, play, type Plugins, saying, surroundings } from "../../test/support/play_exchange.ts";
import { revealClaim } from "./reveal_claim.ts";

const around = surroundings({
  hostname: "postoffice.reston.mci.net",
  nonce: () => "1896",
  now: () => 697_170_952_000,
});

/** A plugin that knows the password. */
const knowing = (password: string): Plugins => (claim) => {
  const { challenge = "", digest } = revealClaim(claim);
  const right = createHmac("md5", password).update(challenge).digest("hex");
  return { kind: right === digest ? "accepted" : "refused" };
};

test("RFC 2195 §2, the example", async () => {
  const client = saying("tim b913a602c7eda7a495b4e6e7334d3890");
  const { challenges, claims, end } = await play("CRAM-MD5", client, knowing("tanstaaftanstaaf"), around);
  assert.deepEqual(challenges, ["<1896.697170952@postoffice.reston.mci.net>"]);
  assert.deepEqual(claims.map(revealClaim), [{
    mechanism: "CRAM-MD5",
    step: "check",
    claimed: "tim",
    challenge: "<1896.697170952@postoffice.reston.mci.net>",
    digest: "b913a602c7eda7a495b4e6e7334d3890",
  }]);
  assert.deepEqual(end, { kind: "succeeded", user: "tim" });
});

test("a wrong password is a mismatch", async () => {
  const client = saying("tim b913a602c7eda7a495b4e6e7334d3890");
  const { end } = await play("CRAM-MD5", client, knowing("other"), around);
  assert.deepEqual(end, { kind: "failed", reason: "mismatch" });
});

test("the server begins: an initial response is refused, RFC 4954 §4", async () => {
  for (const initial of ["", "tim b913a602c7eda7a495b4e6e7334d3890"]) {
    const { challenges, end } = await play("CRAM-MD5", { initial }, accepting);
    assert.deepEqual([challenges, end], [[], { kind: "failed", reason: "initialNotAllowed" }]);
  }
});

test("a name may hold spaces; the digest is 32 lower-case hexadecimal digits", async () => {
  const digest = "b913a602c7eda7a495b4e6e7334d3890";
  const { claims } = await play("CRAM-MD5", saying(`tim the first ${digest}`), accepting);
  assert.equal(claims.map(revealClaim)[0]?.claimed, "tim the first");
  const bad = ["", "tim", digest, ` ${digest}`, `tim ${digest.toUpperCase()}`, `tim ${digest}0`, `tim ${digest} `];
  for (const response of [...bad, `t\0m ${digest}`, `tim\n${digest}`, `tim ${digest}\n`, Uint8Array.of(0xff)]) {
    const { claims, end } = await play("CRAM-MD5", saying(response), accepting);
    assert.deepEqual([claims, end], [[], { kind: "failed", reason: "malformed" }], String(response));
  }
});
