import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultLimits } from "../plugins/plugin_limits.ts";
import { loadText } from "../../test/support/load_text.ts";

/** Bad plugin tables and everything that is said of them; the file's name stands before each line. */
const bad: readonly (readonly [text: string, ...problems: string[]])[] = [
  [`[[plugin]]`, `plugin.1.name: missing, and it has no default`],
  [`plugin = ["helo"]`, `plugin.1: expected a [[plugin]] table, got "helo"`],
  [`[plugin]\nname = "helo"`, `plugin: expected a list of 0 to 1000, got a table`],
  [`[[plugin]]\nname = "Helo"`, `plugin.1.name: expected lower-case letters, digits and underscores, got "Helo"`],
  [
    `[[plugin]]\nname = "a"\n[[plugin]]\nname = "b"\non_error = "ignore"`,
    `plugin.2.on_error: expected "defer", "pass" or "reject", got "ignore"`,
  ],
  [`[[plugin]]\nname = "a"\nsettings = "x"`, `plugin.1.settings: expected a table, got "x"`],
  [
    `[[plugin]]\nname = "a"\nsettings.since = 2026-01-01`,
    `plugin.1.settings.since: expected text, a number, true, false, a list or a table, got a date`,
  ],
  [
    `[[plugin]]\nname = "a"\nsettings.deep.max = inf`,
    `plugin.1.settings.deep: expected text, a number, true, false, a list or a table, got a table`,
  ],
  [
    `[[plugin]]\nname = "a"\nsetings = {}`,
    `plugin.1.setings: unknown key, did you mean "settings"? (allowed: name, label, file, on_error, settings, grant, state, limits, mode, as, immune, for, score, order)`,
  ],
  [
    `[[plugin]]\nname = "a"\ngrant = ["dns", "all of it", ""]`,
    `plugin.1.grant.2: expected a capability such as "dns" or "tcp:127.0.0.1:3310", got "all of it"`,
    `plugin.1.grant.3: expected a capability such as "dns" or "tcp:127.0.0.1:3310", got ""`,
  ],
  [`[[plugin]]\nname = "a"\ngrant = "dns"`, `plugin.1.grant: expected a list of 0 to 100, got "dns"`],
  [`[[plugin]]\nname = "a"\nstate = "kept"`, `plugin.1.state: expected "fresh" or "keep", got "kept"`],
  [
    `[[plugin]]\nname = "a"\nlimits = { cpu = 50, host_calls = 0, memory = "1 page" }`,
    `plugin.1.limits.cpu: expected a time such as 50ms (units ms, s, m, h, d; at most 24d), got 50`,
    `plugin.1.limits.memory: expected a size such as 32MiB, got "1 page"`,
    `plugin.1.limits.host_calls: expected a whole number from 1 to 1000000, got 0`,
  ],
  [
    `[[plugin]]\nname = "a"\nlimits.memory = "64KB"\n[[plugin]]\nname = "b"\nlimits.memory = "5GiB"`,
    `plugin.1.limits.memory: expected a size from 64KiB to 4GiB, got 64000 octets`,
    `plugin.2.limits.memory: expected a size from 64KiB to 4GiB, got 5368709120 octets`,
  ],
  [
    `[[plugin]]\nname = "a"\n[[plugin]]\nname = "b"\n[[plugin]]\nname = "a"`,
    `plugin.3: plugin.1 is called "a" too: give one of them another name by label = "..."`,
  ],
  [
    `[[plugin]]\nname = "a"\n[[plugin]]\nname = "b"\nlabel = "a"`,
    `plugin.2: plugin.1 is called "a" too: give one of them another name by label = "..."`,
  ],
];

for (const [text, ...expected] of bad) {
  test(`config: a plugin's table refused: ${text.replaceAll("\n", " ")}`, async () => {
    const { loaded, folder } = await loadText(text);
    const problems = expected.map((problem) => `${folder}/config/qpsmtpd.toml: ${problem}`);
    assert.deepEqual(loaded, { kind: "problems", problems });
  });
}

test("config: a plugin's limits and grants are its own, memory is in whole pages", async () => {
  const { loaded } = await loadText(`
    [[plugin]]
    name = "a"
    grant = ["dns", "http:https://api.example.com/*"]
    state = "keep"
    [plugin.limits]
    cpu = "20ms"
    memory = "1MB"
    log = "1KB"
    [[plugin]]
    name = "b"`);
  assert.ok(loaded.kind === "config", JSON.stringify(loaded));
  const [first, second] = loaded.config.plugin;
  assert.deepEqual(first?.grant, ["dns", "http:https://api.example.com/*"]);
  assert.equal(first?.state, "keep");
  assert.deepEqual(first?.limits, { ...defaultLimits, cpu: 20, memoryPages: 15, log: 1000 });
  assert.deepEqual(second?.limits, defaultLimits);
});
