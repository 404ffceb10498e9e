// Lines of version 1 of the PROXY protocol, and what they say.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Progress } from "./header.ts";
import { ProxyHeaderReader } from "./reader.ts";

const header = (client: string, clientPort: number, server: string, serverPort: number): object => ({
  client: { address: client, port: clientPort },
  server: { address: server, port: serverPort },
  local: false,
});

const good: readonly (readonly [line: string, header: object])[] = [
  ["PROXY TCP4 192.0.2.1 198.51.100.2 56324 25", header("192.0.2.1", 56324, "198.51.100.2", 25)],
  [
    "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535",
    header("255.255.255.255", 65535, "255.255.255.255", 65535),
  ],
  ["PROXY TCP4 0.0.0.0 0.0.0.0 0 0", header("0.0.0.0", 0, "0.0.0.0", 0)],
  ["PROXY TCP6 2001:db8::1 2001:DB8::2 56324 25", header("2001:db8::1", 56324, "2001:db8::2", 25)],
  ["PROXY TCP6 2001:db8:0:0:0:0:0:1 ::1 1 2", header("2001:db8::1", 1, "::1", 2)],
  ["PROXY TCP6 ::ffff:192.0.2.1 ::ffff:c633:6402 1 2", header("192.0.2.1", 1, "198.51.100.2", 2)],
  ["PROXY UNKNOWN", { local: false }],
  ["PROXY UNKNOWN 192.0.2.1 198.51.100.2 56324 25", { local: false }],
  ["PROXY UNKNOWN whatever  this\tis \x00", { local: false }],
  [`PROXY UNKNOWN ${"f".repeat(91)}`, { local: false }],
];

for (const [line, expected] of good) {
  test(`${JSON.stringify(line)} is a header`, () => {
    assert.deepEqual(push(`${line}\r\nEHLO`), { kind: "header", header: expected, rest: line.length + 2 });
  });
}

const bad: readonly (readonly [text: string, why: RegExp])[] = [
  ["EHLO client.test\r\n", /is missing/],
  ["proxy TCP4 192.0.2.1 198.51.100.2 56324 25\r\n", /is missing/],
  ["PROXY\r\n", /is missing/],
  ["\x16\x03\x01", /is missing/],
  [" PROXY", /is missing/],
  ["PROXY  TCP4 192.0.2.1 198.51.100.2 56324 25\r\n", /is not like/],
  ["PROXY TCP4  192.0.2.1 198.51.100.2 56324 25\r\n", /is not like/],
  ["PROXY TCP4 192.0.2.1 198.51.100.2 56324 25 \r\n", /is not like/],
  ["PROXY TCP4 192.0.2.1 198.51.100.2 56324\r\n", /is not like/],
  ["PROXY TCP4 192.0.2.1 198.51.100.2 56324 25 26\r\n", /is not like/],
  ["PROXY TCP4\t192.0.2.1 198.51.100.2 56324 25\r\n", /is not like/],
  ["PROXY tcp4 192.0.2.1 198.51.100.2 56324 25\r\n", /is not like/],
  ["PROXY UDP4 192.0.2.1 198.51.100.2 56324 25\r\n", /is not like/],
  ["PROXY UNKNOWNX\r\n", /is not like/],
  ["PROXY \r\n", /is not like/],
  ["PROXY TCP4 192.0.2.01 198.51.100.2 56324 25\r\n", /none of TCP4/],
  ["PROXY TCP4 192.0.2.256 198.51.100.2 56324 25\r\n", /none of TCP4/],
  ["PROXY TCP4 192.0.2 198.51.100.2 56324 25\r\n", /none of TCP4/],
  ["PROXY TCP4 2001:db8::1 2001:db8::2 56324 25\r\n", /none of TCP4/],
  ["PROXY TCP6 192.0.2.1 198.51.100.2 56324 25\r\n", /none of TCP6/],
  ["PROXY TCP6 2001:db8::1%1 2001:db8::2 56324 25\r\n", /none of TCP6/],
  ["PROXY TCP6 [2001:db8::1] 2001:db8::2 56324 25\r\n", /none of TCP6/],
  ["PROXY TCP4 192.0.2.1 198.51.100.2 056324 25\r\n", /none of TCP4/],
  ["PROXY TCP4 192.0.2.1 198.51.100.2 65536 25\r\n", /none of TCP4/],
  ["PROXY TCP4 192.0.2.1 198.51.100.2 -1 25\r\n", /none of TCP4/],
  ["PROXY TCP4 192.0.2.1 198.51.100.2 1e3 25\r\n", /none of TCP4/],
  ["PROXY TCP4 192.0.2.1 198.51.100.2 56324 25\n", /CR or LF/],
  ["PROXY TCP4 192.0.2.1 198.51.100.2 56324 25\rX", /CR or LF/],
  ["PROXY UNKNOWN \n 192.0.2.1\r\n", /CR or LF/],
  ["PROXY \n", /CR or LF/],
  [`PROXY UNKNOWN ${"f".repeat(92)}\r\n`, /no CRLF within 107/],
  [`PROXY UNKNOWN ${"f".repeat(92)}\r`, /no CRLF within 107/],
];

for (const [text, why] of bad) {
  test(`${JSON.stringify(text)} is no header`, () => {
    const progress = push(text);
    assert.match(progress.kind === "invalid" ? progress.why : progress.kind, why);
  });
}

const unfinished: readonly (readonly [text: string, need: number])[] = [
  ["", 15],
  ["P", 14],
  ["PROXY ", 9],
  ["PROXY UNKNOWN", 2],
  ["PROXY UNKNOWN\r", 1],
  ["PROXY TCP4 192.0.2.1", 2],
];

for (const [text, need] of unfinished) {
  test(`after ${JSON.stringify(text)} at least ${need} octets are to come`, () => {
    assert.deepEqual(push(text), { kind: "more", need });
  });
}

function push(text: string): Progress {
  return new ProxyHeaderReader().push(Uint8Array.from(text, (character) => character.charCodeAt(0)));
}
