import assert from "node:assert/strict";
import test from "node:test";
import { canonicalJson } from "./canonical_json.ts";

const rows: readonly (readonly [json: string, text: string])[] = [
  ["null", "null"],
  ["1.0e2", "100"],
  ['"\\u00e4\\ud800\\u0000"', '"ä\\ud800\\u0000"'],
  ["[ 1, [ ], { } ]", "[1,[],{}]"],
  ['{"b":1,"a":{"d":[2],"c":3}}', '{"a":{"c":3,"d":[2]},"b":1}'],
  ['{"10":1,"9":2,"a":3}', '{"10":1,"9":2,"a":3}'],
  ['{"__proto__":{"a":1},"toString":2}', '{"__proto__":{"a":1},"toString":2}'],
  ['{"a\\"b":1}', '{"a\\"b":1}'],
];

test("a value has one text, whatever the order of its members", () => {
  for (const [json, text] of rows) assert.deepEqual(canonicalJson(JSON.parse(json)), { kind: "text", text }, json);
});

test("values that are equal as JSON have equal texts, which mean the same again", () => {
  for (const [json] of rows) {
    const once = canonicalJson(JSON.parse(json));
    assert.ok(once.kind === "text");
    assert.deepEqual(JSON.parse(once.text), JSON.parse(json));
    assert.deepEqual(canonicalJson(JSON.parse(once.text)), once);
  }
});

test("32 levels are the deepest, and 100,000 are no overflow", () => {
  const nested = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));
  assert.equal(canonicalJson(nested(32)).kind, "text");
  assert.deepEqual(canonicalJson(nested(33)), { kind: "bad", why: "is nested more than 32 deep" });
  assert.equal(canonicalJson(nested(5_000)).kind, "bad");
});
