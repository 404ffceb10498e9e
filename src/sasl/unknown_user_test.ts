import assert from "node:assert/strict";
import { test } from "node:test";
import { play, type Played, type Plugins, refusing, saying, surroundings } from "../../test/support/play_exchange.ts";
import { scramClient } from "../../test/support/scram_client.ts";
import { Decoy } from "./decoy.ts";
import type { MechanismName } from "./mechanism.ts";

const secret = new Uint8Array(32).fill(9);
const keys = {
  salt: Buffer.alloc(24, 5).toString("base64"),
  iterations: 5000,
  storedKey: Buffer.alloc(32, 1).toString("base64"),
  serverKey: Buffer.alloc(32, 2).toString("base64"),
};

/** `tim` exists, nobody else does. */
const accounts: readonly Plugins[] = [
  (claim) => claim.kind === "keys" && claim.user === "tim" ? { kind: "accepted", keys } : { kind: "refused" },
  (claim) =>
    claim.kind === "keys" && claim.user === "tim"
      ? { kind: "accepted", keys: { password: "pencil" } }
      : { kind: "refused" },
];

function attributes({ challenges }: Played): readonly string[] {
  return challenges.map((text) => text.replace(/s=([^,]*)/, (_, salt: string) => `s=${salt.length} characters`));
}

test("SCRAM: an unknown user and a wrong password look the same to the end", async () => {
  for (const plugins of accounts) {
    const around = surroundings({ decoy: new Decoy(secret) });
    const wrong = await play("SCRAM-SHA-256", scramClient({ user: "tim", password: "guess" }), plugins, around);
    const unknown = await play("SCRAM-SHA-256", scramClient({ user: "nobody", password: "guess" }), plugins, around);
    assert.deepEqual(attributes(unknown), attributes(wrong));
    assert.equal(wrong.challenges.length, 1);
    assert.deepEqual(unknown.end, wrong.end);
    assert.deepEqual(unknown.end, { kind: "failed", reason: "mismatch" });
  }
});

test("SCRAM: a name that does not exist has its own salt, and always the same", async () => {
  const challengeFor = async (user: string, decoy: Decoy): Promise<string | undefined> => {
    const played = await play("SCRAM-SHA-256", scramClient({ user, password: "x" }), refusing, surroundings({ decoy }));
    return played.challenges[0];
  };
  const first = await challengeFor("nobody", new Decoy(secret));
  assert.equal(await challengeFor("nobody", new Decoy(secret)), first);
  assert.equal(await challengeFor("nobod\u00ady", new Decoy(secret)), first);
  assert.notEqual(await challengeFor("noone", new Decoy(secret)), first);
  assert.notEqual(await challengeFor("nobody", new Decoy(new Uint8Array(32))), first);
});

test("SCRAM: who knows even the made-up keys of an unknown user is not let in", async () => {
  const knowledge = new Decoy(secret).knowledgeFor("nobody");
  assert.ok(knowledge.kind === "password");
  const client = scramClient({ user: "nobody", password: knowledge.password.reveal() });
  const { end } = await play("SCRAM-SHA-256", client, refusing, surroundings({ decoy: new Decoy(secret) }));
  assert.deepEqual(end, { kind: "failed", reason: "mismatch" });
});

test("SCRAM: with a password the salt is that of a made-up user, so it tells nothing", () => {
  const decoy = new Decoy(secret);
  const { salt, iterations } = decoy.knowledgeFor("tim");
  assert.deepEqual(decoy.saltingFor("tim"), { salt, iterations });
});

const others: readonly [MechanismName, (user: string) => readonly string[]][] = [
  ["PLAIN", (user) => [`\0${user}\0guess`]],
  ["LOGIN", (user) => [user, "guess"]],
  ["CRAM-MD5", (user) => [`${user} b913a602c7eda7a495b4e6e7334d3890`]],
  ["XOAUTH2", (user) => [`user=${user}\x01auth=Bearer guess\x01\x01`, ""]],
  ["OAUTHBEARER", (user) => [`n,a=${user},\x01auth=Bearer guess\x01\x01`, "\x01"]],
];

test("the other mechanisms say nothing that depends on the name", async () => {
  for (const [mechanism, responses] of others) {
    const seen = await Promise.all(["tim", "nobody"].map(async (user) => {
      const { challenges, end } = await play(mechanism, saying(...responses(user)));
      return { challenges, end };
    }));
    assert.deepEqual(seen[0], seen[1], mechanism);
    assert.deepEqual(seen[0]?.end, { kind: "failed", reason: "mismatch" }, mechanism);
  }
});
