// Addresses of name servers, as configurations have them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isFrom, isLoopback, parseServerAddress, showServer } from "./server_address.ts";

const rows: readonly (readonly [text: string, address: string | undefined, port?: number, shown?: string])[] = [
  ["192.0.2.53", "192.0.2.53", 53, "192.0.2.53:53"],
  ["192.0.2.53:5353", "192.0.2.53", 5353, "192.0.2.53:5353"],
  ["2001:db8::53", "2001:db8::53", 53, "[2001:db8::53]:53"],
  ["[2001:db8::53]:5353", "2001:db8::53", 5353, "[2001:db8::53]:5353"],
  ["", undefined],
  ["ns.example.org", undefined],
  ["192.0.2.53:0", undefined],
  ["192.0.2.53:65536", undefined],
  ["192.0.2.53:", undefined],
  ["[192.0.2.53]:53", undefined],
  ["[2001:db8::53]", undefined],
];

test("a server is an address, with a port if it is not 53", () => {
  for (const [text, address, port, shown] of rows) {
    const parsed = parseServerAddress(text);
    assert.deepEqual(parsed, address === undefined ? undefined : { address, port }, text);
    if (parsed !== undefined) assert.equal(showServer(parsed), shown);
  }
});

test("only this machine's own addresses are loopback", () => {
  for (const address of ["127.0.0.1", "127.0.0.53", "::1"]) assert.equal(isLoopback(address), true, address);
  for (const address of ["128.0.0.1", "192.0.2.1", "::2", "127::1"]) assert.equal(isLoopback(address), false, address);
});

const sources: readonly (readonly [configured: string, from: string, same: boolean])[] = [
  ["192.0.2.53", "192.0.2.53:53", true],
  ["192.0.2.53", "192.0.2.53:5353", false],
  ["192.0.2.53", "192.0.2.54:53", false],
  ["2001:DB8:0:0::53", "[2001:db8::53]:53", true],
  ["2001:db8::53", "[2001:db8::54]:53", false],
  ["fe80::53%eth0", "[fe80::53]:53", true],
];

test("a datagram is from a server if address and port are, however they are written", () => {
  for (const [configured, from, same] of sources) {
    const [server, source] = [parseServerAddress(configured), parseServerAddress(from)];
    assert.equal(server !== undefined && source !== undefined && isFrom(server, source), same, `${configured} ${from}`);
  }
});
