// Headers of version 2 of the PROXY protocol in octets, and what they say.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ipv4Addresses,
  ipv6Addresses,
  joined,
  record,
  signature,
  tlsRecord,
  version2,
  withChecksum,
} from "../../test/support/proxy_headers.ts";
import { ProxyHeaderReader } from "./reader.ts";

const ipv4Ends = { client: { address: "192.0.2.1", port: 56324 }, server: { address: "198.51.100.2", port: 25 } };
const ipv6Ends = { client: { address: "2001:db8::1", port: 56324 }, server: { address: "2001:db8::2", port: 25 } };
const mapped = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 1);
const overIpv4 = (...records: readonly Uint8Array[]): Uint8Array => version2(0x21, 0x11, ipv4Addresses, ...records);

const good: readonly (readonly [what: string, octets: Uint8Array, header: object])[] = [
  ["IPv4", overIpv4(), { ...ipv4Ends, local: false }],
  ["IPv6", version2(0x21, 0x21, ipv6Addresses), { ...ipv6Ends, local: false }],
  ["IPv4 in IPv6", version2(0x21, 0x21, mapped, mapped, Uint8Array.of(0, 1, 0, 2)), {
    client: { address: "192.0.2.1", port: 1 },
    server: { address: "192.0.2.1", port: 2 },
    local: false,
  }],
  ["a UNIX socket", version2(0x21, 0x31, new Uint8Array(216)), { local: false }],
  ["an unspecified family", version2(0x21, 0x00), { local: false }],
  ["an unspecified family with records", version2(0x21, 0x00, record(2, "mx.test")), {
    local: false,
    authority: "mx.test",
  }],
  ["LOCAL", version2(0x20, 0x00), { local: true }],
  ["LOCAL with addresses, which do not count", version2(0x20, 0x11, ipv4Addresses), { local: true }],
  ["LOCAL with any family and octets", version2(0x20, 0xff, Uint8Array.of(1, 2, 3)), { local: true }],
  ["ALPN", overIpv4(record(1, "smtp")), { ...ipv4Ends, local: false, alpn: "smtp" }],
  ["AUTHORITY", overIpv4(record(2, "mx.bücher.test")), { ...ipv4Ends, local: false, authority: "mx.bücher.test" }],
  ["NOOP, twice", overIpv4(record(4, ""), record(4, "\0\0\0")), { ...ipv4Ends, local: false }],
  ["UNIQUE_ID as text", overIpv4(record(5, "C0A8:1F90_7F")), { ...ipv4Ends, local: false, uniqueId: "C0A8:1F90_7F" }],
  ["UNIQUE_ID in octets", overIpv4(record(5, Uint8Array.of(0, 255))), {
    ...ipv4Ends,
    local: false,
    uniqueId: "0x00ff",
  }],
  ["UNIQUE_ID of 128 octets", overIpv4(record(5, "x".repeat(128))), {
    ...ipv4Ends,
    local: false,
    uniqueId: "x".repeat(128),
  }],
  [
    "NETNS and unknown records",
    overIpv4(record(0x30, "blue"), record(0xe0, "x"), record(0xe0, "y"), record(0xff, "")),
    {
      ...ipv4Ends,
      local: false,
    },
  ],
  ["empty records", overIpv4(record(1, ""), record(2, ""), record(5, "")), { ...ipv4Ends, local: false }],
  [
    "TLS with a good certificate",
    overIpv4(
      tlsRecord(
        7,
        0,
        record(0x21, "TLSv1.3"),
        record(0x22, "Zoë"),
        record(0x23, "TLS_AES_256_GCM_SHA384"),
        record(0x25, "RSA"),
      ),
    ),
    {
      ...ipv4Ends,
      local: false,
      tls: { version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384", commonName: "Zoë", verified: true },
    },
  ],
  ["TLS with a good certificate of an earlier connection", overIpv4(tlsRecord(5, 0)), {
    ...ipv4Ends,
    local: false,
    tls: { verified: true },
  }],
  ["TLS with a bad certificate", overIpv4(tlsRecord(7, 18, record(0x22, "root"))), {
    ...ipv4Ends,
    local: false,
    tls: { commonName: "root", verified: false },
  }],
  ["TLS without a certificate, though there was no error", overIpv4(tlsRecord(1, 0, record(0x21, "TLSv1.2"))), {
    ...ipv4Ends,
    local: false,
    tls: { version: "TLSv1.2", verified: false },
  }],
  ["the record SSL without TLS", overIpv4(tlsRecord(0, 0)), { ...ipv4Ends, local: false }],
  ["a right checksum", withChecksum(0x21, 0x11, ipv4Addresses, record(1, "smtp")), {
    ...ipv4Ends,
    local: false,
    alpn: "smtp",
  }],
  ["a right checksum, IPv6", withChecksum(0x21, 0x21, ipv6Addresses), { ...ipv6Ends, local: false }],
  ["4,096 octets", overIpv4(record(4, new Uint8Array(4096 - 15))), { ...ipv4Ends, local: false }],
];

for (const [what, octets, header] of good) {
  test(`a header with ${what} is understood`, () => {
    const sent = joined(octets, Uint8Array.of(69, 72));
    assert.deepEqual(new ProxyHeaderReader().push(sent), { kind: "header", header, rest: octets.length });
  });
}

function spoilt(octets: Uint8Array, at: number, octet: number): Uint8Array {
  const copy = octets.slice();
  copy[at < 0 ? octets.length + at : at] = octet;
  return copy;
}

const bad: readonly (readonly [what: string, octets: Uint8Array, why: RegExp])[] = [
  ["another signature", spoilt(overIpv4(), 11, 13), /is missing/],
  ["only CRLF", Uint8Array.of(13, 10, 69), /is missing/],
  ["version 1", spoilt(overIpv4(), 12, 0x11), /has version 1/],
  ["version 3", joined(signature, Uint8Array.of(0x31)), /has version 3/],
  ["an unknown command", joined(signature, Uint8Array.of(0x22)), /unknown command 2/],
  ["datagrams over IPv4", version2(0x21, 0x12, ipv4Addresses), /0x12: not of a stream/],
  ["datagrams over IPv6", version2(0x21, 0x22, ipv6Addresses), /0x22/],
  ["a family without protocol", version2(0x21, 0x10, ipv4Addresses), /0x10/],
  ["a protocol without family", version2(0x21, 0x01), /0x01/],
  ["an unknown family", joined(signature, Uint8Array.of(0x21, 0x41)), /0x41/],
  ["addresses cut off", version2(0x21, 0x11, ipv4Addresses.subarray(1)), /too short for its addresses/],
  ["no addresses", version2(0x21, 0x21), /too short for its addresses/],
  ["a path cut off", version2(0x21, 0x31, new Uint8Array(215)), /too short for its addresses/],
  ["4,097 octets", joined(signature, Uint8Array.of(0x21, 0x11, 0x10, 0x01)), /4097 octets more/],
  ["65,535 octets for LOCAL", joined(signature, Uint8Array.of(0x20, 0x00, 0xff, 0xff)), /65535 octets more/],
  ["a record cut off in its type", overIpv4(Uint8Array.of(4)), /longer than the header/],
  ["a record cut off in its length", overIpv4(Uint8Array.of(4, 0)), /longer than the header/],
  ["a record cut off in its value", overIpv4(Uint8Array.of(4, 0, 1)), /longer than the header/],
  ["an unknown record cut off", overIpv4(Uint8Array.of(0xe0, 1, 0, 0)), /longer than the header/],
  ["two of a record", overIpv4(record(2, "a.test"), record(2, "b.test")), /two records of type 0x02/],
  ["two checksums", withChecksum(0x21, 0x11, ipv4Addresses, record(3, "abcd")), /two records of type 0x03/],
  ["a wrong checksum", spoilt(withChecksum(0x21, 0x11, ipv4Addresses), -1, 1), /wrong checksum/],
  ["a checksum and another port", spoilt(withChecksum(0x21, 0x11, ipv4Addresses), 27, 26), /wrong checksum/],
  ["a checksum of zeros", overIpv4(record(3, new Uint8Array(4))), /wrong checksum/],
  ["a short checksum", overIpv4(record(3, new Uint8Array(3))), /not 4 octets/],
  ["a long checksum", overIpv4(record(3, new Uint8Array(5))), /not 4 octets/],
  ["a unique id of 129 octets", overIpv4(record(5, new Uint8Array(129))), /UNIQUE_ID of more than 128/],
  ["an authority of 256 octets", overIpv4(record(2, "x".repeat(256))), /AUTHORITY of more than 255/],
  ["an authority with a line feed", overIpv4(record(2, "mx\n.test")), /AUTHORITY that is not printable/],
  ["an authority that is not UTF-8", overIpv4(record(2, Uint8Array.of(0xc3, 0x28))), /AUTHORITY that is not/],
  ["an authority written from right to left", overIpv4(record(2, "mx\u202e.test")), /AUTHORITY that is not/],
  ["ALPN in octets", overIpv4(record(1, Uint8Array.of(0))), /ALPN that is not/],
  ["a record SSL without flags", overIpv4(record(0x20, "")), /SSL of a wrong length/],
  ["a record SSL of 4 octets", overIpv4(record(0x20, new Uint8Array(4))), /SSL of a wrong length/],
  ["a record in SSL cut off", overIpv4(tlsRecord(1, 0, Uint8Array.of(0x21, 0, 8, 84))), /SSL of a wrong length/],
  ["a record in SSL cut off, TLS or not", overIpv4(tlsRecord(0, 0, Uint8Array.of(0x99, 9))), /SSL of a wrong length/],
  ["two names", overIpv4(tlsRecord(7, 0, record(0x22, "a"), record(0x22, "b"))), /two records of type 0x22/],
  ["a name with NUL", overIpv4(tlsRecord(7, 0, record(0x22, "root\0.test"))), /SSL_CN that is not printable/],
  ["a cipher with a space", overIpv4(tlsRecord(1, 0, record(0x23, "A B"))), /SSL_CIPHER that is not printable/],
];

for (const [what, octets, why] of bad) {
  test(`a header with ${what} is refused`, () => {
    const progress = new ProxyHeaderReader().push(octets);
    assert.match(progress.kind === "invalid" ? progress.why : progress.kind, why);
  });
}

test("what is missing is known to the octet", () => {
  assert.deepEqual(new ProxyHeaderReader().push(signature.subarray(0, 1)), { kind: "more", need: 15 });
  assert.deepEqual(new ProxyHeaderReader().push(signature), { kind: "more", need: 4 });
  assert.deepEqual(new ProxyHeaderReader().push(overIpv4().subarray(0, 16)), { kind: "more", need: 12 });
  assert.deepEqual(new ProxyHeaderReader().push(overIpv4().subarray(0, 27)), { kind: "more", need: 1 });
});

test("a header longer than 4,096 octets is refused before they come", () => {
  const reader = new ProxyHeaderReader();
  assert.equal(reader.push(joined(signature, Uint8Array.of(0x21, 0x11))).kind, "more");
  assert.equal(reader.push(Uint8Array.of(0x10, 0x01)).kind, "invalid");
});
