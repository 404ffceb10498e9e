import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { octetsOf, surroundings } from "../../test/support/play_exchange.ts";
import { Decoy } from "./decoy.ts";
import type { MechanismName, Next } from "./mechanism.ts";
import { mechanisms } from "./mechanisms.ts";
import { Secret } from "./secret.ts";

const secret = "tanstaaftanstaaf";
const digest = "b913a602c7eda7a495b4e6e7334d3890";

/** Up to the question, each with its secret in it. */
const exchanges: readonly [MechanismName, responses: readonly string[]][] = [
  ["PLAIN", [`\0tim\0${secret}`]],
  ["LOGIN", ["tim", secret]],
  ["CRAM-MD5", [`tim ${digest}`]],
  ["XOAUTH2", [`user=tim\x01auth=Bearer ${secret}\x01\x01`]],
  ["OAUTHBEARER", [`n,a=tim,\x01auth=Bearer ${secret}\x01\x01`]],
  ["SCRAM-SHA-256", ["n,,n=tim,r=abc"]],
];

function shown(value: unknown): string {
  return [String(value), `${value}`, JSON.stringify(value), inspect(value, { depth: 20, showHidden: true })].join("\n");
}

function assertHidden(value: unknown, what: string): void {
  for (const text of [secret, digest, Buffer.from(secret).toString("base64"), Buffer.from(secret).toString("hex")]) {
    assert.equal(shown(value).includes(text), false, `${what} shows its secret: ${shown(value)}`);
  }
}

test("a secret is shown to nobody but who reveals it", () => {
  assertHidden(new Secret(secret), "Secret");
  assert.equal(new Secret(secret).reveal(), secret);
  assert.equal(`${new Secret(secret)}`, "[secret]");
  assert.equal(JSON.stringify({ password: new Secret(secret) }), '{"password":"[secret]"}');
});

test("no step of an exchange shows a secret when it is logged, and neither does its end", async () => {
  for (const [mechanism, responses] of exchanges) {
    let next: Next = mechanisms[mechanism].begin(undefined, surroundings());
    assertHidden(next, mechanism);
    for (const response of responses) {
      assert.ok(next.kind === "challenge");
      next = await next.onResponse(octetsOf(response));
      assertHidden(next, mechanism);
    }
    assert.ok(next.kind === "ask", mechanism);
    for (const answer of [{ kind: "refused" }, { kind: "accepted", keys: { password: secret } }] as const) {
      assertHidden(next.onAnswer(answer), mechanism);
    }
  }
});

test("a decoy does not show what its salts are made from", () => {
  assertHidden(new Decoy(Buffer.from(secret)), "Decoy");
  assertHidden(JSON.stringify(new Decoy(Buffer.from(secret))), "Decoy");
});
