import assert from "node:assert/strict";
import test from "node:test";
import type { Json } from "../../sdk/contract/contract.ts";
import { callContext } from "../../test/support/call_context.ts";
import { cryptoCapability } from "./crypto.ts";

const crypto = cryptoCapability();

type Row = readonly [request: object, value: Json];

const of = { text: "abc" };
const key = { base64: Buffer.alloc(16, 0x0b).toString("base64") };
// FIPS 180-4, RFC 1321 §A.5, RFC 2202 §2, RFC 4231 §4.3.
const known: readonly Row[] = [
  [{ do: "hash", algorithm: "md5", of, encoding: "hex" }, "900150983cd24fb0d6963f7d28e17f72"],
  [{ do: "hash", algorithm: "sha1", of, encoding: "hex" }, "a9993e364706816aba3e25717850c26c9cd0d89d"],
  [{ do: "hash", algorithm: "sha256", of, encoding: "base64" }, "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="],
  [
    { do: "hash", algorithm: "sha256", of: { base64: "YWJj" }, encoding: "base64" },
    "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
  ],
  [
    { do: "hash", algorithm: "sha512", of, encoding: "hex" },
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
  ],
  [{ do: "hash", algorithm: "md5", of: { text: "" }, encoding: "hex" }, "d41d8cd98f00b204e9800998ecf8427e"],
  [
    { do: "hmac", algorithm: "md5", key, of: { text: "Hi There" }, encoding: "hex" },
    "9294727a3638bb1c13f48ef8158bfc9d",
  ],
  [
    {
      do: "hmac",
      algorithm: "sha256",
      key: { text: "Jefe" },
      of: { text: "what do ya want for nothing?" },
      encoding: "hex",
    },
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  [{ do: "equal", a: { text: "ä" }, b: { base64: "w6Q=" } }, true],
  [{ do: "equal", a: { text: "" }, b: { text: "" } }, true],
  [{ do: "equal", a: { text: "secret" }, b: { text: "secreT" } }, false],
  [{ do: "equal", a: { text: "secret" }, b: { text: "secret " } }, false],
];

test("digests and comparisons are those of the standards", async () => {
  for (const [request, value] of known) {
    assert.deepEqual(await crypto.fulfil(request, callContext()), { kind: "done", value }, JSON.stringify(request));
  }
});

test("random octets are as many as asked for, and never the same", async () => {
  for (const octets of [16, 1024]) {
    const answers = await Promise.all([1, 2].map(() => crypto.fulfil({ do: "random", octets }, callContext())));
    const values = answers.map((answer) => answer.kind === "done" ? String(answer.value) : "");
    assert.deepEqual(values.map((value) => Buffer.from(value, "base64").length), [octets, octets]);
    assert.notEqual(values[0], values[1]);
  }
});

const long = { text: "x".repeat(65_536) };
test("64 KiB are the most, in every member", async () => {
  const longest = Buffer.alloc(65_536).toString("base64");
  for (const octets of [long, { base64: longest }]) {
    const answer = await crypto.fulfil(
      { do: "hmac", algorithm: "sha1", key: octets, of: octets, encoding: "hex" },
      callContext(),
    );
    assert.equal(answer.kind, "done");
  }
});

const wrong: readonly (readonly [request: unknown, message: string])[] = [
  [null, "must be an object"],
  [[], "do: is missing; must be hash, hmac, equal, verifyPassword or random"],
  [{}, "do: is missing; must be hash, hmac, equal, verifyPassword or random"],
  [{ do: "sign" }, "do: must be hash, hmac, equal, verifyPassword or random"],
  [{ do: "hash", algorithm: "sha3", of, encoding: "hex" }, "algorithm: must be sha256, sha512, sha1 or md5"],
  [{ do: "hash", algorithm: "md5", of, encoding: "latin1" }, "encoding: must be hex or base64"],
  [{ do: "hash", algorithm: "md5", of }, "encoding: is missing"],
  [{ do: "hash", algorithm: "md5", of: "abc", encoding: "hex" }, "of: must be { text } or { base64 }"],
  [{ do: "hash", algorithm: "md5", of: {}, encoding: "hex" }, "of: must be { text } or { base64 }"],
  [
    { do: "hash", algorithm: "md5", of: { text: "a", base64: "YQ==" }, encoding: "hex" },
    "of: must be { text } or { base64 }",
  ],
  [{ do: "hash", algorithm: "md5", of: { text: `${long.text}x` }, encoding: "hex" }, "of: is longer than 65536 octets"],
  [
    { do: "hash", algorithm: "md5", of: { text: "ä".repeat(32_769) }, encoding: "hex" },
    "of: is longer than 65536 octets",
  ],
  [
    { do: "hash", algorithm: "md5", of: { base64: Buffer.alloc(65_537).toString("base64") }, encoding: "hex" },
    "of: is longer than 65536 octets",
  ],
  [{ do: "hash", algorithm: "md5", of: { base64: "YQ" }, encoding: "hex" }, "of: is no base64 with its padding"],
  [{ do: "hash", algorithm: "md5", of: { base64: "Y-_=" }, encoding: "hex" }, "of: is no base64 with its padding"],
  [{ do: "hash", algorithm: "md5", of, encoding: "hex", key }, "key: is not known here"],
  [{ do: "hmac", algorithm: "md5", of, encoding: "hex" }, "key: is missing"],
  [{ do: "equal", a: { text: "a" } }, "b: is missing"],
  [{ do: "random", octets: 0 }, "octets: must be from 1 to 1024"],
  [{ do: "random", octets: 1025 }, "octets: must be from 1 to 1024"],
  [{ do: "random", octets: 1.5 }, "octets: must be from 1 to 1024"],
  [{ do: "random", octets: "1" }, "octets: must be a number"],
];

test("what is wrong with a request is said with its place", async () => {
  for (const [request, message] of wrong) {
    const answer = await crypto.fulfil(request, callContext());
    assert.deepEqual(answer, { kind: "refused", code: "badRequest", message }, message);
  }
});
