import assert from "node:assert/strict";
import { test } from "node:test";
import { configured } from "../../test/support/configured.ts";
import { trusting } from "./trust.ts";

const toml = `[trust]
proxy = ["127.0.0.1", "2001:db8:1::/48"]
xclient = ["192.0.2.0/25"]
xforward = ["192.0.2.64/26"]
[smuggling]
policy = "normalize"
allow = ["198.51.100.7"]`;

const rows = [
  ["192.0.2.1", { xclient: true, xforward: false, bareLines: "normalize" }],
  ["192.0.2.65", { xclient: true, xforward: true, bareLines: "normalize" }],
  ["192.0.2.129", { xclient: false, xforward: false, bareLines: "normalize" }],
  ["198.51.100.7", { xclient: false, xforward: false, bareLines: "allow" }],
  ["2001:db8:1::5", { xclient: false, xforward: false, bareLines: "normalize" }],
  ["no address", { xclient: false, xforward: false, bareLines: "normalize" }],
] as const;
for (const [address, trust] of rows) {
  test(`trust in ${address} is ${JSON.stringify(trust)}`, async () => {
    assert.deepEqual(trusting(await configured(toml)).trustOf(address), trust);
  });
}

const proxies = [["127.0.0.1", true], ["127.0.0.2", false], ["2001:db8:1:2::3", true], [
  "2001:db8:2::",
  false,
]] as const;
test("PROXY headers are believed of listed networks alone", async () => {
  const { isProxy } = trusting(await configured(toml));
  for (const [address, expected] of proxies) assert.equal(isProxy(address), expected, address);
});

test("without a word nobody is trusted, and broken lines are rejected", async () => {
  const { isProxy, trustOf } = trusting(await configured(""));
  assert.equal(isProxy("127.0.0.1"), false);
  assert.deepEqual(trustOf("127.0.0.1"), { xclient: false, xforward: false, bareLines: "reject" });
});
