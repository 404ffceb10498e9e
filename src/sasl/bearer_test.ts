import assert from "node:assert/strict";
import { test } from "node:test";
import { accepting, play, type Plugins, saying, surroundings } from "../../test/support/play_exchange.ts";
import { revealClaim } from "./reveal_claim.ts";

const token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";
const decoded = (base64: string): string => atob(base64);

/** RFC 7628 §4.1. */
const example = decoded(
  "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB",
);
const user = "user@example.com";
const belongs: Plugins = () => ({ kind: "accepted", user });
const oauth = {
  scope: "example_scope",
  openidConfiguration: "https://example.com/.well-known/openid-configuration",
};

test("RFC 7628 §4.1: the plugin is told user and token, and has to say whose the token is", async () => {
  for (const client of [{ initial: example }, saying(example)]) {
    const { claims, end } = await play("OAUTHBEARER", client, belongs);
    assert.deepEqual(claims.map(revealClaim), [{ mechanism: "OAUTHBEARER", step: "check", claimed: user, token }]);
    assert.deepEqual(claims.map((claim) => claim.kind === "token" && [claim.host, claim.port]), [
      ["server.example.com", 143],
    ]);
    assert.deepEqual(end, { kind: "succeeded", user });
  }
});

test("a token is good for its own user alone: to accept it without naming him is not enough", async () => {
  const silent = await play("OAUTHBEARER", { initial: example }, accepting);
  assert.deepEqual(silent.end, { kind: "failed", reason: "unusableAnswer" });
  const other = await play(
    "OAUTHBEARER",
    { initial: example },
    () => ({ kind: "accepted", user: "other@example.com" }),
  );
  assert.deepEqual(other.end, { kind: "failed", reason: "notAuthorized" });
  const anyone = await play("OAUTHBEARER", { initial: `n,,\x01auth=Bearer ${token}\x01\x01` }, belongs);
  assert.deepEqual(anyone.end, { kind: "succeeded", user });
});

test("RFC 7628 §4.3: a refused client is told why in JSON, and fails whatever it answers", async () => {
  const around = surroundings({ oauth });
  for (const dummy of ["\x01", "", "anything"]) {
    const client = { ...saying(dummy), initial: example };
    const { challenges, end } = await play("OAUTHBEARER", client, undefined, around);
    assert.deepEqual(challenges, [
      '{"status":"invalid_token","scope":"example_scope","openid-configuration":"https://example.com/.well-known/openid-configuration"}',
    ]);
    assert.deepEqual(end, { kind: "failed", reason: "mismatch" });
  }
});

test("RFC 7628 §4.3: without a token a client learns where to get one, and no plugin is asked", async () => {
  const around = surroundings({ oauth });
  for (const auth of ["auth=\x01", ""]) {
    const initial = `n,a=user@example.com,\x01host=server.example.com\x01port=143\x01${auth}\x01`;
    const { claims, challenges, end } = await play("OAUTHBEARER", { initial }, belongs, around);
    assert.deepEqual([claims, challenges.length, end], [[], 1, { kind: "failed", reason: "mismatch" }]);
  }
});

test("if it cannot be known now, there is no error about the token", async () => {
  const { challenges, end } = await play("OAUTHBEARER", { initial: example }, () => ({ kind: "unavailable" }));
  assert.deepEqual([challenges, end], [[], { kind: "failed", reason: "unavailable" }]);
});

const malformed = [
  "",
  "n,,",
  "n,,\x01",
  "n,,\x01\x01",
  "x,,\x01auth=Bearer t\x01\x01",
  "n,a=,\x01auth=Bearer t\x01\x01",
  "n,a=u=2cv,\x01auth=Bearer t\x01\x01",
  "n,b=u,\x01auth=Bearer t\x01\x01",
  "n,,auth=Bearer t\x01\x01",
  "n,,\x01auth=Bearer t\x01",
  "n,,\x01auth=Bearer t",
  "n,,\x01auth=Bearer t\x01auth=Bearer u\x01\x01",
  "n,,\x01auth=Bearer\x01\x01",
  "n,,\x01auth=Bearer t u\x01\x01",
  "n,,\x01auth=Basic dGltOnB3\x01\x01",
  "n,,\x01auth=Bearer =\x01\x01",
  "n,,\x01auth=Bearer t\x01port=0\x01\x01",
  "n,,\x01auth=Bearer t\x01port=65536\x01\x01",
  "n,,\x01auth=Bearer t\x01port=\x01\x01",
  "n,,\x01auth=Bearer t\x01h st=x\x01\x01",
  "n,,\x01auth=Bearer t\x01\x01\x01",
  "n,,\x01auth=Bearer t\0\x01\x01",
];

test("what is no OAUTHBEARER message is malformed, and nobody is asked", async () => {
  for (const initial of malformed) {
    const { claims, end } = await play("OAUTHBEARER", { initial }, belongs);
    assert.deepEqual([claims, end], [[], { kind: "failed", reason: "malformed" }], JSON.stringify(initial));
  }
});

test("there is no channel binding with bearer tokens; a client that could do it elsewhere may say so", async () => {
  const bound = await play("OAUTHBEARER", { initial: "p=tls-exporter,,\x01auth=Bearer t\x01\x01" }, belongs);
  assert.deepEqual(bound.end, { kind: "failed", reason: "unsupportedChannelBinding" });
  const able = await play("OAUTHBEARER", { initial: "y,,\x01auth=bearer t\x01\x01" }, belongs);
  assert.deepEqual(able.end, { kind: "succeeded", user });
});

test("XOAUTH2: user and token in one response, refused with JSON and an empty answer to it", async () => {
  const initial = `user=${user}\x01auth=Bearer ${token}\x01\x01`;
  const right = await play("XOAUTH2", { initial }, belongs);
  assert.deepEqual(right.claims.map(revealClaim), [{ mechanism: "XOAUTH2", step: "check", claimed: user, token }]);
  assert.deepEqual(right.end, { kind: "succeeded", user });
  const wrong = await play("XOAUTH2", { ...saying(""), initial }, undefined, surroundings({ oauth }));
  assert.deepEqual(wrong.challenges, ['{"status":"401","schemes":"bearer","scope":"example_scope"}']);
  assert.deepEqual(wrong.end, { kind: "failed", reason: "mismatch" });
  const asked = await play("XOAUTH2", saying(initial), belongs);
  assert.deepEqual(asked.challenges, [""]);
});

test("XOAUTH2: without a user, or with anything but a bearer token, it is malformed", async () => {
  const bad = [
    "",
    "user=u",
    "user=u\x01auth=Bearer t\x01",
    "auth=Bearer t\x01\x01",
    "user=\x01auth=Bearer t\x01\x01",
    "user=u\x01auth=Basic t\x01\x01",
    "user=u\x01user=v\x01auth=Bearer t\x01\x01",
    `user=${"x".repeat(256)}\x01auth=Bearer t\x01\x01`,
  ];
  for (const initial of bad) {
    const { claims, end } = await play("XOAUTH2", { initial }, belongs);
    assert.deepEqual([claims, end], [[], { kind: "failed", reason: "malformed" }], JSON.stringify(initial));
  }
});
