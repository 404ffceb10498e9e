import assert from "node:assert/strict";
import { scryptSync } from "node:crypto";
import test from "node:test";
import { callContext } from "../../test/support/call_context.ts";
import type { Capability, Fulfilled } from "./capability.ts";
import { cryptoCapability } from "./crypto.ts";

// The keys of RFC 7677 §3.
const storedKey = "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=";
const serverKey = "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
const salt = "W22ZaJ0SNY7soEsUEjb6gQ==";
const pencil = `SCRAM-SHA-256$4096:${salt}$${storedKey}:${serverKey}`;
// RFC 7914 §12.
const hash = "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw";
const pleaseletmein = `$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$${hash}`;

function verify(
  crypto: Capability,
  secret: unknown,
  password: unknown,
  signal?: AbortSignal,
): Fulfilled | Promise<Fulfilled> {
  return crypto.fulfil(
    { do: "verifyPassword", secret, password },
    callContext(signal === undefined ? {} : { signal }),
  );
}

const judged: readonly (readonly [secret: string, password: string, value: boolean])[] = [
  [pencil, "pencil", true],
  [pencil, "Pencil", false],
  [pencil, "", false],
  // RFC 4013: the soft hyphen is nothing, the fullwidth letter a letter.
  [pencil, "p\u00adencil", true],
  [pencil, "\uff50encil", true],
  [pencil, "pencil\u0007", false],
  [pleaseletmein, "pleaseletmein", true],
  [pleaseletmein, "pleaseletme", false],
  [pleaseletmein, "\uff50leaseletmein", false],
];

test("a password is the one that keys or hash were made of, as the standards say, or not", async () => {
  const crypto = cryptoCapability();
  for (const [secret, password, value] of judged) {
    assert.deepEqual(await verify(crypto, secret, password), { kind: "done", value }, `${secret} ${password}`);
  }
});

test("the dearest hash that is allowed is checked", async () => {
  const made = scryptSync("x", "saltsalt", 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 }).toString("base64");
  const secret = `$scrypt$ln=17,r=8,p=1$c2FsdHNhbHQ$${made.replace("=", "")}`;
  assert.deepEqual(await verify(cryptoCapability(), secret, "x"), { kind: "done", value: true });
});

const unreadable: readonly (readonly [why: string, secret: string])[] = [
  ["a clear password", "pencil"],
  ["another hash", "$2b$10$abcdefghijklmnopqrstuv"],
  ["too few iterations", pencil.replace("4096", "4095")],
  ["iterations that keep a core busy", pencil.replace("4096", "600001")],
  ["a salt of seven octets", pencil.replace(salt, "YWJjZGVmZw==")],
  ["a key of 31 octets", pencil.replace(storedKey, `${storedKey.slice(0, -4)}pg==`)],
  ["no server key", pencil.replace(`:${serverKey}`, "")],
  ["something behind it", `${pencil} `],
  ["base64 that is none", pencil.replace(storedKey, `${storedKey.slice(0, -1)}A`)],
  ["a hash that is cheap to guess", pleaseletmein.replace("ln=14", "ln=9")],
  ["a hash that keeps a core busy", pleaseletmein.replace("ln=14", "ln=18")],
  ["a hash that fills the memory", pleaseletmein.replace("r=8", "r=999")],
  ["a hash that never ends", pleaseletmein.replace("ln=14", "ln=99")],
  ["a hash of no work", pleaseletmein.replace("p=1", "p=0")],
  ["a hash of a few octets", pleaseletmein.slice(0, -44)],
];

test("what cannot be read, and what would cost too much, is refused and not repeated", async () => {
  const crypto = cryptoCapability();
  for (const [why, secret] of unreadable) {
    const message = "secret: must be SCRAM-SHA-256$... or $scrypt$..., within the bounds";
    assert.deepEqual(await verify(crypto, secret, "pencil"), { kind: "refused", code: "badRequest", message }, why);
  }
  const long = await verify(crypto, pencil, "ä".repeat(2049));
  assert.deepEqual(long, { kind: "refused", code: "badRequest", message: "password: is longer than 4096 octets" });
});

/** Some 20 ms of a thread. */
const slow = `$scrypt$ln=13,r=8,p=1$c2FsdHNhbHQ$${"A".repeat(43)}`;

test("while passwords are checked the event loop turns", async () => {
  const crypto = cryptoCapability();
  let most = 0;
  // A machine that pauses may let the checks go on alone once, and hardly ten times.
  for (let tries = 0; tries < 10 && most < 10; tries++) {
    let turns = 0;
    const timer = setInterval(() => turns += 1, 1);
    await Promise.all(Array.from({ length: 6 }, () => verify(crypto, slow, "x")));
    clearInterval(timer);
    most = Math.max(most, turns);
  }
  assert.ok(most >= 10, `it turned ${most} times`);
});

/** The places of the secrets in the order in which their checks ended. */
async function endings(crypto: Capability, secrets: readonly string[]): Promise<readonly number[]> {
  const ended: number[] = [];
  await Promise.all(secrets.map(async (secret, index) => {
    assert.equal((await verify(crypto, secret, "x")).kind, "done");
    ended.push(index);
  }));
  return ended;
}

test("two are checked at a time: a third that is quick waits for one of them", async () => {
  const ended = await endings(cryptoCapability(), [slow, slow, pencil]);
  assert.notEqual(ended[0], 2);
});

test("who waits is served in the order of coming", async () => {
  const slowest = slow.replace("ln=13", "ln=16");
  const ended = await endings(cryptoCapability(), [slowest, ...Array<string>(9).fill(pencil)]);
  assert.deepEqual(ended.filter((index) => index !== 0), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("beyond fifty that wait nobody is queued, until they have gone", async () => {
  const crypto = cryptoCapability();
  const queued = endings(crypto, Array<string>(52).fill(pencil));
  const refusal = { kind: "refused", code: "busy", message: "50 passwords wait to be checked" };
  assert.deepEqual(await verify(crypto, pencil, "x"), refusal);
  await queued;
  assert.deepEqual(await verify(crypto, pencil, "pencil"), { kind: "done", value: true });
});

test("the end of the call ends the waiting, and gives its turn to the next", async () => {
  const crypto = cryptoCapability();
  const call = new AbortController();
  const running = [verify(crypto, slow, "x", call.signal), verify(crypto, slow, "x", call.signal)];
  const waiting = verify(crypto, slow, "x", call.signal);
  const other = verify(crypto, pencil, "pencil");
  call.abort();
  for (const ending of await Promise.all([...running, waiting])) {
    assert.equal(ending.kind === "refused" && ending.code, "aborted");
  }
  assert.deepEqual(await other, { kind: "done", value: true });
});
