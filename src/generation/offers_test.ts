import assert from "node:assert/strict";
import { test } from "node:test";
import { configured, generationOf, listenerOf } from "../../test/support/configured.ts";
import { nativePlugin } from "../../test/support/native_plugin.ts";
import type { Offer } from "../smtp/extensions.ts";
import { offerOf } from "./offers.ts";

const door = nativePlugin("door", { auth: () => ({ verdict: "accept" }) });

async function offer(toml: string, plugins = [door], listener = 0): Promise<Offer> {
  const config = await configured(toml);
  return offerOf(generationOf(config, plugins), listenerOf(config, listener));
}

const smtp = `[delivery]\nbackend = "smtp"\n[delivery.smtp]\nhost = "127.0.0.1"\n`;
const extras = `[extensions]\nmt_priority = true\ndeliver_by = true\nfuture_release = true\n`;

const extensions: readonly (readonly [what: string, toml: string, extensions: string])[] = [
  ["a Maildir ends the way: nobody notifies, nothing waits", extras, "CHUNKING REQUIRETLS"],
  ["discard keeps no more than a Maildir", `${extras}[delivery]\nbackend = "discard"`, "CHUNKING REQUIRETLS"],
  ["a next hop is told of what is on without being asked for", smtp, "CHUNKING DSN REQUIRETLS"],
  [
    "a next hop is told of everything that is switched on",
    `${extras}${smtp}`,
    "CHUNKING DSN REQUIRETLS MT-PRIORITY DELIVERBY FUTURERELEASE",
  ],
  ["chunking = false", `[extensions]\nchunking = false\n${smtp}`, "DSN REQUIRETLS"],
  ["dsn = false", `[extensions]\ndsn = false\n${smtp}`, "CHUNKING REQUIRETLS"],
  ["requiretls = false", `[extensions]\nrequiretls = false\n${smtp}`, "CHUNKING DSN"],
];
for (const [what, toml, expected] of extensions) {
  test(`extensions of an offer: ${what}`, async () => {
    assert.deepEqual([...(await offer(toml)).extensions].join(" "), expected);
  });
}

test("mechanisms are offered as configured, and none without a plugin that could say yes", async () => {
  const toml = `[auth]\nmechanisms = ["SCRAM-SHA-256", "PLAIN"]\nwithout_tls = true\nattempts = 7`;
  const { mechanisms, authWithoutTls, maxAttempts } = await offer(toml);
  assert.deepEqual(mechanisms, ["SCRAM-SHA-256", "PLAIN"]);
  assert.deepEqual([authWithoutTls, maxAttempts], [true, 7]);
  assert.deepEqual((await offer(toml, [])).mechanisms, []);
});

test("each listener has its own mode and TLS", async () => {
  const toml = `listen = ["127.0.0.1:2525"]
[[listener]]
address = "127.0.0.1:2587"
mode = "submission"
[[listener]]
address = "127.0.0.1:2465"
mode = "submission"
tls = "implicit"
[[listener]]
address = "127.0.0.1:2424"
mode = "lmtp"
tls = "off"
`;
  const offers = await Promise.all([0, 1, 2, 3].map((index) => offer(toml, [door], index)));
  assert.deepEqual(offers.map(({ mode, tls }) => [mode, tls]), [
    ["smtp", "offered"],
    ["submission", "required"],
    ["submission", "implicit"],
    ["lmtp", "off"],
  ]);
});

test("limits of an offer are those of the configuration", async () => {
  const toml = `[limits]
message_size = "1KB"
recipients = 101
transactions = 3
commands = 4
refusals = 5
[smuggling]
pipelining = "allow"`;
  const { maxMessageSize, maxRecipients, maxTransactions, maxCommands, maxRefusals, pipelining } = await offer(toml);
  assert.deepEqual([maxMessageSize, maxRecipients, maxTransactions, maxCommands, maxRefusals], [1000, 101, 3, 4, 5]);
  assert.equal(pipelining, "allow");
});

const submission = `[[listener]]\naddress = "127.0.0.1:2587"\nmode = "submission"\n`;

const results: readonly (readonly [what: string, toml: string, expected: Offer["results"]])[] = [
  ["by default under the hostname", "", { id: "mx.test", add: true }],
  ["under another id", `id = "example.org"`, { id: "example.org", add: true }],
  ["not at all, but forged ones are known", "add = false", { id: "mx.test", add: false }],
  ["not for what one's own people send", submission, { id: "mx.test", add: false }],
  ["for that too, if wanted", `add_to_submissions = true\n${submission}`, { id: "mx.test", add: true }],
  ["but not if not at all", `add = false\nadd_to_submissions = true\n${submission}`, { id: "mx.test", add: false }],
];

for (const [what, toml, expected] of results) {
  test(`Authentication-Results: ${what}`, async () => {
    const whole = `hostname = "mx.test"\n[authentication_results]\n${toml}`;
    assert.deepEqual((await offer(whole)).results, expected);
  });
}
