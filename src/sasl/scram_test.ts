import assert from "node:assert/strict";
import { test } from "node:test";
import { accepting, play, type Plugins, saying, surroundings } from "../../test/support/play_exchange.ts";
import { scramClient } from "../../test/support/scram_client.ts";
import type { Keys } from "../../sdk/contract/verdict.ts";
import { revealClaim } from "./reveal_claim.ts";
import { keysOf } from "./scram_keys.ts";
import { Secret } from "./secret.ts";

type StoredKeys = Exclude<Keys, { readonly password: string }>;

/** RFC 7677 §3. */
const example = {
  user: "user",
  password: "pencil",
  nonce: "rOprNGfwEbeRWgbNEkqO",
  serverNonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
  salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
};
const vector = {
  first: "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
  serverFirst: "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
  final: "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
  serverFinal: "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
};

const around = surroundings({ nonce: () => example.serverNonce });
const keys = await storedKeys(example.password, example.salt);
const withKeys: Plugins = () => ({ kind: "accepted", keys });
const withPassword: Plugins = () => ({ kind: "accepted", keys: { password: "pencil" } });

async function storedKeys(password: string, salt: string, iterations = 4096): Promise<StoredKeys> {
  const knowledge = {
    kind: "password",
    password: new Secret(password),
    salt: Buffer.from(salt, "base64"),
    iterations,
  } as const;
  const { storedKey, serverKey } = await keysOf(knowledge);
  const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString("base64");
  return { salt, iterations, storedKey: base64(storedKey), serverKey: base64(serverKey) };
}

test("RFC 7677 §3, the example, octet for octet; the server's proof is a challenge (RFC 4954 §4)", async () => {
  const { challenges, claims, end } = await play(
    "SCRAM-SHA-256",
    saying(vector.first, vector.final, ""),
    withKeys,
    around,
  );
  assert.deepEqual(challenges, ["", vector.serverFirst, vector.serverFinal]);
  assert.deepEqual(claims.map(revealClaim), [{ mechanism: "SCRAM-SHA-256", step: "keys", claimed: "user" }]);
  assert.deepEqual(end, { kind: "succeeded", user: "user" });
});

test("RFC 7677 §3: the independent client of these tests says the same", async () => {
  const client = scramClient(example);
  const { challenges } = await play("SCRAM-SHA-256", client, withKeys, around);
  assert.deepEqual([client.initial, client.final(), client.convinced()], [vector.first, vector.final, true]);
  assert.deepEqual(challenges, [vector.serverFirst, vector.serverFinal]);
});

test("from a password the keys are made here, and both sides are convinced", async () => {
  const client = scramClient(example);
  const { end } = await play("SCRAM-SHA-256", client, withPassword, around);
  assert.deepEqual([end, client.convinced()], [{ kind: "succeeded", user: "user" }, true]);
});

test("names with commas, equals signs and letters of all the world arrive prepared", async () => {
  const client = scramClient({ user: "a,b=c\u00e9\u2168", password: "pencil" });
  const { claims, end } = await play("SCRAM-SHA-256", client, withPassword, around);
  assert.equal(claims.map(revealClaim)[0]?.claimed, "a,b=c\u00e9IX");
  assert.equal(end.kind, "succeeded");
});

test("an identity asked for is lent only by a plugin that names it", async () => {
  const client = () => scramClient({ ...example, header: "n,a=Ursel," });
  const unaware = await play("SCRAM-SHA-256", client(), withKeys, around);
  assert.equal(unaware.claims.map(revealClaim)[0]?.authorize, "Ursel");
  assert.deepEqual(unaware.end, { kind: "failed", reason: "notAuthorized" });
  const aware = await play("SCRAM-SHA-256", client(), () => ({ kind: "accepted", user: "Ursel", keys }), around);
  assert.deepEqual(aware.end, { kind: "succeeded", user: "Ursel" });
});

test("a wrong password fails without another word", async () => {
  for (const plugins of [withKeys, withPassword]) {
    const client = scramClient({ ...example, password: "pencils" });
    const { challenges, end } = await play("SCRAM-SHA-256", client, plugins, around);
    assert.deepEqual([challenges.length, client.convinced()], [1, false]);
    assert.deepEqual(end, { kind: "failed", reason: "mismatch" });
  }
});

test("any octet of the last message changed makes it fail", async () => {
  for (let at = 0; at < vector.final.length; at++) {
    const tamper = (final: string): string => {
      return `${final.slice(0, at)}${final[at] === "A" ? "B" : "A"}${final.slice(at + 1)}`;
    };
    const { end } = await play("SCRAM-SHA-256", scramClient({ ...example, tamper }), withKeys, around);
    assert.equal(end.kind, "failed", `octet ${at}`);
  }
});

test("after the server's proof the client has nothing to say", async () => {
  const talkative = saying(vector.first, vector.final, "thanks");
  const { end } = await play("SCRAM-SHA-256", talkative, withKeys, around);
  assert.deepEqual(end, { kind: "failed", reason: "malformed" });
});

const badFirst: readonly [message: string | Uint8Array, reason: string][] = [
  ["", "malformed"],
  ["n,,", "malformed"],
  ["n,,n=user", "malformed"],
  ["n,,r=abc,n=user", "malformed"],
  ["n,,n=,r=abc", "malformed"],
  ["n,,n=user,r=", "malformed"],
  ["n,,n=us=er,r=abc", "malformed"],
  ["n,,n=us=2cer,r=abc", "malformed"],
  ["n,,n=us=,r=abc", "malformed"],
  ["n,,n=us\u0007er,r=abc", "malformed"],
  ["n,,n=us\0er,r=abc", "malformed"],
  [`n,,n=${"x".repeat(256)},r=abc`, "malformed"],
  ["n,,n=user,r=a\u00e9", "malformed"],
  ["n,,n=user,r=a c", "malformed"],
  [`n,,n=user,r=${"x".repeat(257)}`, "malformed"],
  ["n,,n=user,r=abc,", "malformed"],
  ["n,,n=user,r=abc,x", "malformed"],
  ["n,,n=user,r=abc,x=", "malformed"],
  ["n,,n=user,r=abc\n", "malformed"],
  ["N,,n=user,r=abc", "malformed"],
  ["x,,n=user,r=abc", "malformed"],
  ["n,n=user,r=abc", "malformed"],
  ["n,a=,n=user,r=abc", "malformed"],
  ["n,a=\u00ad,n=user,r=abc", "malformed"],
  ["n,b=x,n=user,r=abc", "malformed"],
  ["p=,,n=user,r=abc", "malformed"],
  ["\ufeffn,,n=user,r=abc", "malformed"],
  [Uint8Array.of(0x6e, 0x2c, 0x2c, 0xff), "malformed"],
  ["n,,m=x,n=user,r=abc", "unsupportedExtension"],
  ["n,,n=user,r=abc,m=x", "unsupportedExtension"],
];

test("what is no first message of a client fails before anybody is asked", async () => {
  for (const [initial, reason] of badFirst) {
    const { claims, end } = await play("SCRAM-SHA-256", { initial }, withKeys, around);
    assert.deepEqual([claims, end], [[], { kind: "failed", reason }], JSON.stringify(initial));
  }
});

const nonce = example.nonce + example.serverNonce;
const proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
const badFinal: readonly [message: string | Uint8Array, reason: string][] = [
  ["", "malformed"],
  [`c=biws,r=${nonce}`, "malformed"],
  [`r=${nonce},c=biws,p=${proof}`, "malformed"],
  [`c=biws,r=${nonce},p=`, "malformed"],
  [`c=biws,r=${nonce},p=AAAA`, "malformed"],
  [`c=biws,r=${nonce},p=${proof}AAAA`, "malformed"],
  [`c=biws,r=${nonce},p=${proof},x=y`, "malformed"],
  [`c=biw,r=${nonce},p=${proof}`, "malformed"],
  [`c=,r=${nonce},p=${proof}`, "malformed"],
  [`c=biws,r=${example.nonce},p=${proof}`, "malformed"],
  [`c=biws,r=${nonce}x,p=${proof}`, "malformed"],
  [`c=biws,r=${nonce},m=x,p=${proof}`, "unsupportedExtension"],
  [`c=eSws,r=${nonce},p=${proof}`, "channelBindingMismatch"], // y,,
  [`c=biwsAA==,r=${nonce},p=${proof}`, "channelBindingMismatch"],
  [`c=biws,r=${nonce},x=y,p=${proof}`, "mismatch"], // an extension may be there, but the proof covers it
  [Uint8Array.of(0xff), "malformed"],
];

test("what is no last message of a client, or not of this exchange, fails", async () => {
  for (const [message, reason] of badFinal) {
    const { end } = await play("SCRAM-SHA-256", saying(vector.first, message), withKeys, around);
    assert.deepEqual(end, { kind: "failed", reason }, String(message));
  }
});

test("keys out of bounds are the plugin's fault, not a wrong password", async () => {
  const short = Buffer.alloc(31).toString("base64");
  const bad: readonly Plugins[] = [
    accepting,
    ...[
      { iterations: 4095 },
      { iterations: 600_001 },
      { iterations: 4096.5 },
      { iterations: Number.NaN },
      { salt: "" },
      { salt: "not base64" },
      { salt: Buffer.alloc(7).toString("base64") },
      { salt: Buffer.alloc(65).toString("base64") },
      { storedKey: short },
      { serverKey: `${short}AAAA` },
      { serverKey: "" },
    ].map((change): Plugins => () => ({ kind: "accepted", keys: { ...keys, ...change } })),
    () => ({ kind: "accepted", keys: { password: "" } }),
    () => ({ kind: "accepted", keys: { password: "a\u0007" } }),
    () => ({ kind: "accepted", keys: { password: "x".repeat(4097) } }),
  ];
  for (const plugins of bad) {
    const { challenges, end } = await play("SCRAM-SHA-256", scramClient(example), plugins, around);
    assert.deepEqual([challenges, end], [[], { kind: "failed", reason: "unusableAnswer" }]);
  }
  const { end } = await play("SCRAM-SHA-256", scramClient(example), () => ({ kind: "unavailable" }), around);
  assert.deepEqual(end, { kind: "failed", reason: "unavailable" });
});

test("600,000 iterations are taken, and do not stop the event loop", async () => {
  const strong = await storedKeys("pencil", example.salt, 600_000);
  let most = 0;
  // A machine that pauses may let the work go on alone once, and hardly ten times.
  for (let tries = 0; tries < 10 && most <= 2; tries++) {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const { end } = await play(
      "SCRAM-SHA-256",
      scramClient(example),
      () => ({ kind: "accepted", keys: strong }),
      around,
    );
    clearInterval(timer);
    assert.equal(end.kind, "succeeded");
    most = Math.max(most, turns);
  }
  assert.ok(most > 2, `${most} turns`);
});
