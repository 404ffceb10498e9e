// Headers in pieces, and octets that nobody should send: the same answer however they come, and never an exception.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import {
  ipv4Addresses,
  ipv6Addresses,
  record,
  tlsRecord,
  version2,
  withChecksum,
} from "../../test/support/proxy_headers.ts";
import type { Progress } from "./header.ts";
import { ProxyHeaderReader } from "./reader.ts";

const text = (line: string): Uint8Array => new TextEncoder().encode(line);

const headers: readonly Uint8Array[] = [
  text("PROXY TCP4 192.0.2.1 198.51.100.2 56324 25\r\n"),
  text("PROXY TCP6 2001:db8::1 2001:db8::2 56324 25\r\n"),
  text("PROXY UNKNOWN\r\n"),
  text(`PROXY UNKNOWN ${"x".repeat(91)}\r\n`),
  version2(0x20, 0),
  version2(0x21, 0x11, ipv4Addresses),
  version2(0x21, 0x31, new Uint8Array(216), record(2, "mx.test")),
  version2(0x21, 0x21, ipv6Addresses, tlsRecord(7, 0, record(0x21, "TLSv1.3"), record(0x22, "client.test"))),
  withChecksum(0x21, 0x11, ipv4Addresses, record(1, "smtp"), record(2, "mx.test"), record(5, "id")),
];

let state = 1;
function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor(state / 2 ** 32 * below);
}

/** How it ends, and after how many octets of the header; `more` if it does not. */
function readInPieces(
  octets: Uint8Array,
  pieceLength: () => number,
): { readonly end: Progress; readonly used: number } {
  const reader = new ProxyHeaderReader();
  let at = 0;
  for (;;) {
    // As sockets give it: a Buffer, whose slices are no copies.
    const piece = Buffer.from(octets.slice(at, at + pieceLength()));
    const progress = reader.push(piece);
    // A socket may use its memory again as soon as it was read.
    piece.fill(0xaa);
    if (progress.kind === "header") return { end: { ...progress, rest: 0 }, used: at + progress.rest };
    at += piece.length;
    if (progress.kind === "invalid" || at >= octets.length) return { end: progress, used: 0 };
  }
}

test("any pieces give the same header and the same end of it", () => {
  for (const header of headers) {
    const sent = new Uint8Array([...header, ...text("EHLO client.test\r\n")]);
    const whole = readInPieces(sent, () => sent.length);
    assert.equal(whole.end.kind, "header");
    assert.equal(whole.used, header.length);
    assert.deepEqual(readInPieces(sent, () => 1), whole);
    for (let first = 1; first < sent.length; first++) {
      let next = first;
      const pieces = (): number => [next, next = sent.length][0] ?? 0;
      assert.deepEqual(readInPieces(sent, pieces), whole);
    }
  }
});

test("who takes no more than the header needs takes nothing of what is behind it", () => {
  for (const header of headers) {
    const sent = new Uint8Array([...header, ...text("\r\n\r\nEHLO client.test\r\n")]);
    const reader = new ProxyHeaderReader();
    let taken = 0;
    let progress = reader.push(new Uint8Array());
    while (progress.kind === "more") {
      const piece = sent.subarray(taken, taken + progress.need);
      taken += piece.length;
      progress = reader.push(piece);
      if (progress.kind === "header") assert.equal(progress.rest, piece.length);
    }
    assert.equal(progress.kind, "header");
    assert.equal(taken, header.length);
  }
});

test("100,000 spoilt headers never throw, and pieces do not change the answer", () => {
  const ends = { header: 0, invalid: 0, more: 0 };
  for (let i = 0; i < 100_000; i++) {
    const octets = mutated(headers[random(headers.length)] ?? new Uint8Array());
    const whole = readInPieces(octets, () => 10_000);
    ends[whole.end.kind]++;
    const pieces = readInPieces(octets, () => 1 + random(40));
    // `need` counts from the last octet that came, so it is the same too.
    assert.deepEqual(pieces, whole);
  }
  // Otherwise the mutants have become too wild, or too tame, to show anything.
  for (const [end, count] of Object.entries(ends)) assert.ok(count > 3000, `${count} were ${end}`);
});

test("random octets never throw and are never a header", () => {
  for (let i = 0; i < 10_000; i++) {
    const octets = Uint8Array.from({ length: random(60) }, () => random(256));
    assert.notEqual(new ProxyHeaderReader().push(octets).kind, "header");
  }
});

function mutated(header: Uint8Array): Uint8Array {
  const octets = [...header];
  for (let changes = 1 + random(3); changes > 0; changes--) {
    const at = random(octets.length);
    const change = random(6);
    if (change === 0) octets.splice(at, 1 + random(3));
    else if (change === 1) octets.splice(at, 0, ...octets.slice(at, at + random(6)));
    else if (change === 2) octets.length = at;
    else if (change === 3) octets.push(random(256));
    else octets[at] = change === 4 ? random(256) : (octets[at] ?? 0) ^ (1 << random(8));
  }
  return Uint8Array.from(octets);
}
