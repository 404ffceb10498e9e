import assert from "node:assert/strict";
import { test } from "node:test";
import { octetsOf, play, type Plugins, surroundings } from "../../test/support/play_exchange.ts";
import { type MechanismName, mechanismNames } from "./mechanism.ts";

const rounds = 400;

/** Repeatable noise: the same numbers in every run. */
function noise(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

const seeds: { readonly [M in MechanismName]: readonly string[] } = {
  "PLAIN": ["\0tim\0tanstaaf", "ursel\0tim\0tanstaaf"],
  "LOGIN": ["tim", "tanstaaf"],
  "CRAM-MD5": ["tim b913a602c7eda7a495b4e6e7334d3890"],
  "SCRAM-SHA-256": ["n,,n=tim,r=abc", "c=biws,r=abcserverNonce,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="],
  "SCRAM-SHA-256-PLUS": ["p=tls-exporter,,n=tim,r=abc", "c=cD10bHMtZXhwb3J0ZXIsLAA=,r=abcserverNonce,p=AAAA"],
  "XOAUTH2": ["user=tim\x01auth=Bearer token\x01\x01"],
  "OAUTHBEARER": ["n,a=tim,\x01host=mx.test\x01port=25\x01auth=Bearer token\x01\x01"],
  "EXTERNAL": ["tim", ""],
};

const answers: readonly Plugins[] = [
  () => ({ kind: "refused" }),
  () => ({ kind: "unavailable" }),
  () => ({ kind: "accepted", user: "tim" }),
  () => ({ kind: "accepted", keys: { salt: "AAAAAAAAAAAAAAAA", iterations: 4096, storedKey: "x", serverKey: "" } }),
];

/** Octets at random, or what is right with some octets changed, doubled or gone. */
function response(mechanism: MechanismName, random: (below: number) => number): Uint8Array {
  if (random(3) === 0) return Uint8Array.from({ length: random(80) }, () => random(256));
  const octets = [...octetsOf(seeds[mechanism][random(seeds[mechanism].length)] ?? "")];
  for (let changes = random(4); changes > 0; changes--) {
    octets.splice(random(octets.length + 1), random(3), ...Array.from({ length: random(3) }, () => random(256)));
  }
  return Uint8Array.from(octets);
}

test("whatever octets come at whatever step, an exchange ends and never throws", async () => {
  const certificate = { verified: true, subject: "", issuer: "", fingerprint: "", names: [], emails: [] };
  const around = surroundings({ certificate, channelBinding: () => Uint8Array.of(0) });
  const random = noise(1);
  for (const mechanism of mechanismNames) {
    for (let round = 0; round < rounds; round++) {
      const plugins = answers[random(answers.length)] ?? (() => ({ kind: "refused" }));
      const first = random(2) === 0 ? { initial: response(mechanism, random) } : {};
      const client = { ...first, respond: () => response(mechanism, random) };
      const { end, claims } = await play(mechanism, client, plugins, around);
      assert.ok(end.kind === "failed" || claims.length === 1);
    }
  }
});
