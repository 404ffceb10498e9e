// The notation of transcripts, and that a transcript which tells a lie fails.

import assert from "node:assert/strict";
import { test } from "node:test";
import { play } from "./support/play_transcript.ts";
import { parseTranscript } from "./support/transcript.ts";
import { matches, octetsOf, written } from "./support/transcript_octets.ts";

test("octets: escapes, UTF-8, repetition and encoding", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["a\\0\\r\\n\\t\\\\\\{", "a\0\r\n\t\\{"],
    ["\\x80\\xFFé", "\x80\xff\xc3\xa9"],
    ["{3 ab}{2 \\x00}", "ababab\0\0"],
    ["{base64 \\0tim\\0secret}", "AHRpbQBzZWNyZXQ="],
  ];
  for (const [text, octets] of rows) assert.equal(octetsOf(text), octets, text);
});

test("octets that are written can be read again", () => {
  const all = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet)).join("");
  assert.equal(octetsOf(written(all)), all);
});

test("a name stands for what was said first, and for nothing else afterwards", () => {
  const names = new Map<string, string>();
  assert.ok(matches("250 as {id}.", "250 as 42.", names));
  assert.ok(matches("250 as {id}.", "250 as 42.", names));
  assert.ok(!matches("250 as {id}.", "250 as 43.", names));
  assert.equal(octetsOf("x{id}", names), "x42");
  assert.throws(() => octetsOf("{unknown}"), /has not said/);
});

// RFC 2195 §2.
test("a client can answer a challenge", () => {
  const names = new Map([["challenge", btoa("<1896.697170952@postoffice.reston.mci.net>")]]);
  const answer = btoa("tim b913a602c7eda7a495b4e6e7334d3890");
  assert.equal(octetsOf("{cramMd5 tim tanstaaftanstaaf challenge}", names), answer);
});

// RFC 7677 §3.
test("a client can prove that it knows a password, and knows the server's proof", () => {
  const nonce = "rOprNGfwEbeRWgbNEkqO";
  const both = `${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0`;
  const names = new Map([["first", btoa(`r=${both},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`)]]);
  const proof = `c=biws,r=${both},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`;
  assert.equal(octetsOf(`{scramProof user pencil ${nonce} first}`, names), btoa(proof));
  const signature = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
  assert.equal(octetsOf(`{scramSignature user pencil ${nonce} first}`, names), btoa(signature));
});

test("a transcript that cannot be understood names its line", () => {
  const rows: readonly (readonly [string, RegExp])[] = [
    ["C: NOOP\n", /a header, a line ---/],
    ["x = 1\n---\n", /begins with a comment/],
    ["# x\n---\nNOOP\n", /line 3: cannot be understood: NOOP/],
    ["# x\n---\nC: NOOP\nS: OK\n", /line 4: a reply begins with a code/],
    ["# x\n---\nS: 250-a\n", /lacks its last line/],
    ["# x\n---\n(the server dances)\n", /line 3: no such direction/],
    ["# x\n---\nC: NOOP  # done\n", /line 3: only a reply has an origin/],
  ];
  for (const [text, problem] of rows) assert.throws(() => parseTranscript(text), problem);
});

test("a dialogue that is not as written fails", async () => {
  const rows: readonly (readonly [string, RegExp])[] = [
    ["C: NOOP\nS: 250 2.0.0 Ok\n", /line 6: the server says 250 2\.0\.0 OK\n/],
    ["C: NOOP\n", /client 1 was told more than is written/],
    ["C: NOOP\nS: 250 2.0.0 OK\nS: closed\n", /line 7: .*silent/],
    ["C: QUIT\nS: 221 2.0.0 mx.test closing connection\nS: 250 2.0.0 OK\n", /line 7: the server says closed/],
    ["C: RSET\nS: 250-2.0.0 OK\nS: 250 2.0.0 OK\n", /line 6: the server says 250 2\.0\.0 OK/],
  ];
  for (const [dialogue, problem] of rows) {
    const transcript = parseTranscript(`# x\n[timeouts]\n---\n(EHLO as usual)\n${dialogue}`);
    await assert.rejects(play(transcript, { patience: 2000 }), problem, dialogue);
  }
  await assert.rejects(play(mail("D: A: b\nD: D: c\n")), /strictly deep-equal/);
  await assert.rejects(play(mail("D: A: b\n")), /strictly deep-equal/);
  await play(mail("D: A: b\nD: C: d\n"));
  await assert.rejects(play(parseTranscript("# x\ndelivered = 1\n---\n(EHLO as usual)\n")), /messages delivered/);
  await assert.rejects(play(parseTranscript("# x\ndelievered = 1\n---\n(EHLO as usual)\n")), /delievered/);
});

/** One message of two lines, and what is said of its delivery. */
function mail(delivery: string): ReturnType<typeof parseTranscript> {
  return parseTranscript(`# x
delivered = 1
[hooks]
rcpt = "accept"
---
(EHLO as usual)
C: MAIL FROM:<>
S: 250 2.1.0 Reverse-path accepted
C: RCPT TO:<b@example.net>
S: 250 2.1.5 Recipient accepted
C: DATA
S: 354 Go ahead, end with a dot on a line by itself
C: A: b
C: C: d
C: .
S: 250 2.0.0 Queued as {id}
${delivery}`);
}
