// What may stand in plugin.json, and how a mistake is named.

import assert from "node:assert/strict";
import { test } from "node:test";
import { manifestOf, readPluginJson } from "./plugin_json.ts";

const least = { name: "x", version: "1.0.0", description: "Does nothing.", licence: "MIT" };

test("what is left out has the documented default", () => {
  const read = readPluginJson(JSON.stringify(least), "plugin.json");
  assert.equal(read.kind, "read");
  assert.deepEqual(read.kind === "read" && manifestOf(read.pluginJson, ["rcpt"]), {
    ...least,
    contract: 1,
    hooks: ["rcpt"],
    needs: [],
    lists: [],
    settings: {},
    onError: "defer",
  });
});

test("conditions stand in the manifest as they were written", () => {
  const when = { connect: { early: true }, data_post: { header: "Subject", largerThan: 5 } };
  const read = readPluginJson(JSON.stringify({ ...least, when }), "p/plugin.json");
  assert.deepEqual(read.kind === "read" && manifestOf(read.pluginJson, ["connect", "data_post"]).when, when);
});

test("wishes stand in the manifest as they were written", () => {
  const read = readPluginJson(JSON.stringify({ ...least, wishes: { cpu: 100 } }), "p/plugin.json");
  assert.deepEqual(read.kind === "read" && manifestOf(read.pluginJson, ["rcpt"]).wishes, { cpu: 100 });
});

const setting = { type: "integer", description: "At most." };

const mistakes: readonly [title: string, content: unknown, problem: string][] = [
  ["nothing", {}, "p/plugin.json: name: is missing"],
  ["a name in capitals", { ...least, name: "X" }, "p/plugin.json: name: expected lower-case letters"],
  ["a path as a name", { ...least, name: "../x" }, "p/plugin.json: name: expected lower-case letters"],
  ["no version", { ...least, version: "one" }, "p/plugin.json: version: expected a version such as 1.0.0"],
  ["an unknown key", { ...least, hooks: ["rcpt"] }, "p/plugin.json: hooks: is not known; remove it"],
  ["a wrong kind", { ...least, lists: "rcpthosts" }, 'p/plugin.json: lists: expected Array, got "rcpthosts"'],
  ["a list outside its folder", { ...least, lists: ["../passwd"] }, "p/plugin.json: lists.0: expected lower-case"],
  [
    "an unknown type of setting",
    { ...least, settings: { max: { ...setting, type: "int" } } },
    'p/plugin.json: settings.max.type: expected "string" | "integer" | "number" | "boolean" | "list", got "int"',
  ],
  [
    "a default of another type",
    { ...least, settings: { max: { ...setting, default: 1.5 } } },
    "p/plugin.json: settings.max.default: expected a value of the type integer",
  ],
  [
    "a setting's unknown key",
    { ...least, settings: { max: { ...setting, min: 1 } } },
    "p/plugin.json: settings.max.min: is not known; remove it",
  ],
  ["an unknown end", { ...least, onError: "ignore" }, 'p/plugin.json: onError: expected "defer" | "pass" | "reject"'],
  [
    "an unknown condition",
    { ...least, when: { rcpt: { moon: "full" } } },
    "p/plugin.json: when.rcpt.moon: is not known",
  ],
  ["a condition of another type", { ...least, when: { rcpt: { tls: 1 } } }, "p/plugin.json: when.rcpt.tls: "],
  ["a wish for nothing", { ...least, wishes: { memory: 0 } }, "p/plugin.json: wishes.memory: "],
  ["no object", "text", 'p/plugin.json: expected Object, got "text"'],
];

for (const [title, content, problem] of mistakes) {
  test(`plugin.json with ${title} is refused by its dotted path`, () => {
    const read = readPluginJson(JSON.stringify(content), "p/plugin.json");
    assert.equal(read.kind, "failed");
    const [first] = read.kind === "failed" ? read.problems : [];
    assert.equal(first?.slice(0, problem.length), problem);
  });
}

test("what could move a terminal's cursor is escaped: in names, in values, and where the file is no JSON", () => {
  const key = "\u001b[31mred\n";
  const contents = [
    JSON.stringify({ ...least, settings: { [key]: setting } }),
    JSON.stringify({ ...least, needs: [key] }),
    JSON.stringify({ ...least, [key]: 1 }),
    JSON.stringify({ ...least, name: key }),
    `${key}{`,
  ];
  for (const content of contents) {
    const read = readPluginJson(content, "p/plugin.json");
    const problems = read.kind === "failed" ? read.problems.join("") : "";
    assert.match(problems, /^p\/plugin\.json: [^\p{Cc}]+$/u);
  }
});

test("a file that is no JSON is named", () => {
  const read = readPluginJson("{", "p/plugin.json");
  assert.match(read.kind === "failed" ? read.problems.join() : "", /^p\/plugin\.json: .*JSON/);
});
