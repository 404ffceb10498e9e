// The proof that a server knows a token: for whom it is one, and what it tells to everybody else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { testAdmin } from "../../test/support/admin.ts";
import { endOf } from "./ends.ts";
import { fingerprintOf, isProven, newChallenge, type Proof } from "./proof.ts";
import { formatToken, hashOf, newTokenText, parseTokens } from "./token.ts";

const challenge = newChallenge();
const read = hashOf("read");

/** As a client that has only the text of its token. */
function asking(text: string, of: string = challenge): string {
  return `/proof?fingerprint=${fingerprintOf(hashOf(text))}&challenge=${of}`;
}

async function proofOf(text: string, admin = testAdmin(), local = "127.0.0.1:2580"): Promise<Proof> {
  return await (await admin.ask("GET", asking(text), "", { local })).json() as Proof;
}

test("who has a token is convinced by a server that keeps its hash, and learns where he has reached it", async () => {
  for (const local of ["127.0.0.1:2580", "[::1]:2580", "unix:/run/qpsmtpd/api.sock"]) {
    const proof = await proofOf("read", testAdmin(), local);
    assert.equal(proof.address, local);
    assert.ok(isProven(read, challenge, proof));
  }
});

test("a proof is for one token, one challenge, one answer and one address", async () => {
  const proof = await proofOf("read");
  const other = newChallenge();
  const changes: readonly (readonly [what: string, hash: Uint8Array, of: string, proof: Proof])[] = [
    ["of another token", hashOf("operate"), challenge, proof],
    ["of another challenge", read, other, proof],
    ["with another nonce", read, challenge, { ...proof, nonce: other }],
    ["from another address", read, challenge, { ...proof, address: "127.0.0.1:2581" }],
    ["with an octet of the next field", read, challenge, { ...proof, nonce: `${proof.nonce}\n1` }],
    ["with another end", read, challenge, { ...proof, proof: proof.proof.replace(/.{4}$/, "AAAA") }],
    ["cut", read, challenge, { ...proof, proof: proof.proof.slice(0, 20) }],
    ["empty", read, challenge, { ...proof, proof: "" }],
  ];
  for (const [what, hash, of, changed] of changes) assert.ok(!isProven(hash, of, changed), what);
});

test("a token that is not there is answered for in the same form, convinces nobody, and is never twice the same", async () => {
  const admin = testAdmin();
  const none = newTokenText();
  const there = [await proofOf("read", admin), await proofOf("read", admin)];
  const absent = [await proofOf(none, admin), await proofOf(none, admin)];
  for (const pair of [there, absent]) assert.notEqual(pair[0]?.proof, pair[1]?.proof);
  const form = (proof: Proof): unknown => Object.entries(proof).map(([name, { length }]) => `${name} ${length}`);
  for (const each of [...there, ...absent]) assert.deepEqual(form(each), ["address 14", "nonce 43", "proof 43"]);
  for (const each of absent) assert.ok(!isProven(hashOf(none), challenge, each));
  assert.deepEqual([admin.audited, admin.logged], [[], []]);
});

test("neither the token nor its hash nor its name is in what a client asks or a server says", async () => {
  const admin = testAdmin();
  const text = newTokenText();
  admin.tokens.push({ name: "ann", role: "deploy", hash: hashOf(text) });
  const said = asking(text) + await (await admin.ask("GET", asking(text), "")).text();
  const hash = Buffer.from(hashOf(text));
  for (const secret of [text, hash.toString("hex"), hash.toString("base64url"), "ann"]) {
    assert.ok(!said.toLowerCase().includes(secret.toLowerCase()), secret);
  }
});

test("a token that was taken back proves nothing any more", async () => {
  const admin = testAdmin();
  admin.tokens.splice(0);
  assert.ok(!isProven(read, challenge, await proofOf("read", admin)));
});

test("what a proof shows does not let anybody in", async () => {
  const admin = testAdmin();
  const { proof, nonce } = await proofOf("read", admin);
  for (const token of [proof, nonce, fingerprintOf(read), Buffer.from(read).toString("base64url")]) {
    assert.equal((await admin.ask("GET", "/status", token)).status, 401);
  }
});

const malformed: readonly string[] = [
  "",
  `?fingerprint=read&challenge=${challenge}`,
  `?fingerprint=${fingerprintOf(read)}`,
  `?fingerprint=${fingerprintOf(read)}&challenge=${"c".repeat(21)}`,
  `?fingerprint=${fingerprintOf(read)}&challenge=${"c".repeat(87)}`,
  `?fingerprint=${fingerprintOf(read)}&challenge=${challenge}%0A`,
  `?fingerprint=${fingerprintOf(read)}&challenge=${"%00".repeat(22)}`,
];

for (const query of malformed) {
  test(`no proof for ${query.slice(0, 80)}`, async () => {
    assert.equal((await testAdmin().ask("GET", `/proof${query}`, "")).status, 400);
  });
}

test("proofs are bounded for each address as all requests are, and given to no page of another site", async () => {
  const admin = testAdmin();
  const statuses = await Promise.all(
    Array.from({ length: 301 }, async () => (await admin.ask("GET", asking("read"), "")).status),
  );
  assert.deepEqual([statuses.filter((status) => status === 200).length, statuses.at(-1)], [300, 429]);
  const ask = (headers: { readonly [name: string]: string }): Promise<Response> => {
    return admin.ask("GET", asking("read"), "", { headers, remote: "192.0.2.2" });
  };
  assert.equal((await ask({ host: "evil.test" })).status, 421);
  assert.equal((await ask({ origin: "http://evil.test" })).status, 403);
});

test("an end of a connection is spelled in one way by both sides", () => {
  assert.equal(endOf("::ffff:127.0.0.1", 2580), endOf("127.0.0.1", 2580));
  assert.equal(endOf("::1", 2580), "[::1]:2580");
});

test("a file of tokens is as good as those it was made of", async () => {
  const file = parseTokens(formatToken({ name: "ann", role: "read", hash: hashOf("a") }));
  const admin = testAdmin({}, { tokens: { tokens: () => Promise.resolve(file) } });
  assert.ok(isProven(hashOf("a"), challenge, await proofOf("a", admin)));
});
