// Policies as configured: for each plugin and for all together, and every mistake in them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { loadText } from "../../test/support/load_text.ts";

test("config: a plugin's policy is complete by its defaults, and as written otherwise", async () => {
  const { loaded } = await loadText(`hostname = "mx.test"
    plugin = [
      { name = "a" },
      { name = "b", mode = "late", as = "disconnect", immune = ["relay", "allowed"], for = ["@Example.org", "x@y.test"] },
      { name = "c", mode = "off", score = { refusal = -2, weight = 3 }, order = -7 },
    ]`);
  assert.ok(loaded.kind === "config", JSON.stringify(loaded));
  assert.deepEqual(loaded.config.plugin.map(({ policy, off, order }) => ({ ...policy, off, order })), [
    { mode: "enforce", immune: [], for: [], refusalScore: 0, weight: 1, off: false, order: 0 },
    {
      mode: "late",
      as: "disconnect",
      immune: ["relay", "allowed"],
      for: [{ domain: "example.org" }, { localPart: "x", domain: "y.test" }],
      refusalScore: 0,
      weight: 1,
      off: false,
      order: 0,
    },
    { mode: "monitor", immune: [], for: [], refusalScore: -2, weight: 3, off: true, order: -7 },
  ]);
});

test("config: the terms for all", async () => {
  const { loaded } = await loadText(`hostname = "mx.test"
    policy = { late = "data", thresholds = { rcpt = -5, data_post = -3 } }`);
  assert.ok(loaded.kind === "config", JSON.stringify(loaded));
  const { recipients, ...terms } = loaded.config.policy;
  assert.deepEqual(terms, { late: "data", thresholds: { rcpt: -5, data_post: -3 } });
  assert.match(recipients, /\/config\/recipients$/);
});

const bad: readonly (readonly [text: string, problem: string])[] = [
  [
    `plugin = [{ name = "a", mode = "maybe" }]`,
    `plugin.1.mode: expected "enforce", "late", "monitor" or "off", got "maybe"`,
  ],
  [
    `plugin = [{ name = "a", as = "accept" }]`,
    `plugin.1.as: expected "reject", "defer", "disconnect" or "defer_disconnect", got "accept"`,
  ],
  [
    `plugin = [{ name = "a", immune = ["everybody"] }]`,
    `plugin.1.immune.1: expected "relay", "authenticated" or "allowed", got "everybody"`,
  ],
  [
    `plugin = [{ name = "a", for = ["example.org"] }]`,
    `plugin.1.for.1: expected @example.org or someone@example.org, got "example.org"`,
  ],
  [
    `plugin = [{ name = "a", score = { refusal = 0.5 } }]`,
    `plugin.1.score.refusal: expected a whole number from -100 to 100, got 0.5`,
  ],
  [
    `plugin = [{ name = "a", order = 1.5 }]`,
    `plugin.1.order: expected a whole number from -1000 to 1000, got 1.5`,
  ],
  [
    `policy.late = "connect"`,
    `policy.late: expected "mail", "rcpt", "data", "data_headers_end", "data_post" or "queue", got "connect"`,
  ],
  [
    `policy.thresholds = { connect = -1 }`,
    `policy.thresholds.connect: unknown key (allowed: mail, rcpt, data, data_headers_end, data_post, queue)`,
  ],
];

for (const [text, problem] of bad) {
  test(`config: refused with its place: ${text}`, async () => {
    const { loaded, folder } = await loadText(`hostname = "mx.test"\n${text}`);
    assert.deepEqual(loaded, { kind: "problems", problems: [`${folder}/config/qpsmtpd.toml: ${problem}`] });
  });
}
