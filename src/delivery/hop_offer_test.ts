// What an answer to EHLO offers.

import assert from "node:assert/strict";
import test from "node:test";
import { type HopOffer, parseHopOffer, plainOffer } from "./hop_offer.ts";

const rows: readonly (readonly [lines: readonly string[], offer: Partial<HopOffer>])[] = [
  [[], {}],
  [["SIZE PIPELINING 8BITMIME"], {}],
  [["hi", "PIPELINING", "8bitmime", "SmtpUtf8"], { pipelining: true, eightBit: true, smtpUtf8: true }],
  [["hi", "SIZE 1000"], { size: true, maxSize: 1000 }],
  [["hi", "SIZE"], { size: true }],
  [["hi", "SIZE 0"], { size: true }],
  [["hi", "SIZE many"], { size: true }],
  [["hi", "SIZE 99999999999999999999"], { size: true }],
  [["hi", "STARTTLS", "DSN", "REQUIRETLS"], { startTls: true, dsn: true, requireTls: true }],
  [["hi", "AUTH plain LOGIN\tCRAM-MD5"], { mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5"] }],
  [["hi", "AUTH"], {}],
  [["hi", "CHUNKING", "BINARYMIME"], { binary: true }],
  [["hi", "BINARYMIME"], {}],
  [["hi", "CHUNKING"], {}],
  [["hi", "MT-PRIORITY MIXER", "DELIVERBY 60", "FUTURERELEASE 1 2"], {
    priority: true,
    deliverBy: true,
    futureRelease: true,
  }],
  [["hi", "", "X-UNKNOWN a b c", "SIZES 5"], {}],
];

for (const [lines, offer] of rows) {
  test(`${JSON.stringify(lines)} offers ${JSON.stringify(offer)}`, () => {
    assert.deepEqual(parseHopOffer(lines), { ...plainOffer, ...offer });
  });
}
