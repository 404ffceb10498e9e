// What is taken from /etc/resolv.conf.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { openResolver, optionsOf } from "./open_resolver.ts";
import { parseResolvConf, readResolvConf, type ResolvConf } from "./resolv_conf.ts";

const rows: readonly (readonly [text: string, conf: Partial<ResolvConf>])[] = [
  ["", {}],
  ["nameserver 192.0.2.53", { servers: ["192.0.2.53"] }],
  ["nameserver 192.0.2.53\nnameserver\t2001:db8::53 \r\n", { servers: ["192.0.2.53", "2001:db8::53"] }],
  ["# nameserver 192.0.2.1\n; nameserver 192.0.2.2\n  nameserver 192.0.2.3", { servers: ["192.0.2.3"] }],
  ["nameserver ns.example.org\nnameserver 192.0.2.256\nnameserver\nnameservers 192.0.2.1", {}],
  ["domain example.org\nsearch example.org example.net", {}],
  ["options timeout:1 attempts:3 rotate", { tryTimeout: 1_000, attempts: 3 }],
  ["options timeout:1\noptions timeout:3 edns0 trust-ad", { tryTimeout: 3_000, trustAd: true }],
  ["options timeout:0 attempts:0", { tryTimeout: 1_000, attempts: 1 }],
  ["options timeout:99999 attempts:99", { tryTimeout: 30_000, attempts: 5 }],
  ["options timeout:-1 attempts:x timeout", {}],
  ["nameserver 192.0.2.1\n".repeat(20), { servers: new Array<string>(8).fill("192.0.2.1") }],
  ["#".repeat(70_000) + "\nnameserver 192.0.2.1", {}],
];

test("servers and options are read as resolv.conf(5) says, bounded; search lists are not for mail", () => {
  for (const [text, conf] of rows) {
    assert.deepEqual(parseResolvConf(text), { servers: ["127.0.0.1"], trustAd: false, ...conf }, text.slice(0, 80));
  }
});

test("the file is read; one that is not there means a server on this machine", async () => {
  const path = join(temporaryFolder(), "resolv.conf");
  writeFileSync(path, "nameserver 192.0.2.53\noptions attempts:1\n");
  assert.deepEqual(await readResolvConf(path), { servers: ["192.0.2.53"], attempts: 1, trustAd: false });
  assert.deepEqual(await readResolvConf(`${path}.none`), { servers: ["127.0.0.1"], trustAd: false });
});

test("what the file says becomes the resolver's options", async () => {
  assert.deepEqual(optionsOf(parseResolvConf("nameserver 2001:db8::53\noptions timeout:3 trust-ad")), {
    servers: [{ address: "2001:db8::53", port: 53 }],
    tryTimeout: 3_000,
    trustAd: true,
  });
  const resolver = await openResolver({ servers: [], timeout: 100 });
  const answer = await resolver.resolve("example.org", "A", new AbortController().signal);
  assert.deepEqual(answer, { kind: "failed", why: "network", message: "no name server is configured" });
});
