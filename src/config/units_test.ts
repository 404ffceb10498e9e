import assert from "node:assert/strict";
import { test } from "node:test";
import { domainPattern, formatListenAddress, parseDuration, parseListenAddress, parseSize } from "./units.ts";

const sizes: readonly (readonly [text: string, octets: number | undefined])[] = [
  ["1B", 1],
  ["25MB", 25_000_000],
  ["256KB", 256_000],
  ["256kB", 256_000],
  ["10MiB", 10_485_760],
  ["1 GiB", 1_073_741_824],
  ["0B", undefined],
  ["25", undefined],
  ["25M", undefined],
  ["25mb", undefined],
  ["1.5MB", undefined],
  ["-1B", undefined],
  ["lots", undefined],
  [" 1B", undefined],
  ["999999999GiB", undefined],
];

const durations: readonly (readonly [text: string, milliseconds: number | undefined])[] = [
  ["500ms", 500],
  ["30s", 30_000],
  ["5m", 300_000],
  ["1 h", 3_600_000],
  ["24d", 2_073_600_000],
  ["25d", undefined],
  ["0s", undefined],
  ["5", undefined],
  ["5min", undefined],
  ["1h30m", undefined],
  ["", undefined],
];

const addresses: readonly (readonly [text: string, address: ReturnType<typeof parseListenAddress>])[] = [
  ["127.0.0.1:2525", { host: "127.0.0.1", port: 2525 }],
  ["[::1]:25", { host: "::1", port: 25 }],
  ["[::]:0", { host: "::", port: 0 }],
  ["localhost:25", { host: "localhost", port: 25 }],
  ["127.0.0.1", undefined],
  ["127.0.0.1:", undefined],
  ["127.0.0.1:65536", undefined],
  ["::1:25", undefined],
  ["[1.2.3.4]:25", undefined],
  ["[::1]", undefined],
  [":25", undefined],
  ["a b:25", undefined],
];

const domains: readonly (readonly [text: string, valid: boolean])[] = [
  ["mx.example.org", true],
  ["localhost", true],
  ["a-b.c1", true],
  ["1.2.3.com", true],
  ["1.2.3.4", false],
  ["4", true],
  ["-a.example", false],
  ["a-.example", false],
  ["a..b", false],
  ["a.", false],
  ["a_b", false],
  ["münchen.example", false],
  [`${"a".repeat(64)}.example`, false],
  [`${"a.".repeat(128)}a`, false],
  ["a.example\r\n", false],
  ["", false],
];

test("a size is a whole number with a unit", () => {
  for (const [text, octets] of sizes) assert.equal(parseSize(text), octets, text);
});

test("a duration is a whole number with a unit, and no longer than timers can count", () => {
  for (const [text, milliseconds] of durations) assert.equal(parseDuration(text), milliseconds, text);
});

test("an address to listen on is HOST:PORT or [IPV6]:PORT, and is written as it was read", () => {
  for (const [text, address] of addresses) {
    assert.deepEqual(parseListenAddress(text), address, text);
    if (address !== undefined) assert.equal(formatListenAddress(address), text);
  }
});

test("a domain name is one of RFC 5321 §4.1.2", () => {
  for (const [text, valid] of domains) assert.equal(domainPattern.test(text), valid, text);
});
