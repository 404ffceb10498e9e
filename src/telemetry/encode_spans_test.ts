import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeSpans } from "./encode_spans.ts";
import { type AttributeValue, newSpanId, newTraceId, type Span, spanKinds } from "./span.ts";

const span: Span = {
  trace: "0123456789abcdef0123456789abcdef",
  id: "0123456789abcdef",
  name: "session",
  kind: spanKinds.server,
  start: 1_700_000_000_000.25,
  end: 1_700_000_000_001,
  attributes: {},
};

function encoded(spans: readonly Span[]): readonly { readonly [name: string]: unknown }[] {
  const { resourceSpans } = JSON.parse(encodeSpans(spans, {}, { name: "qpsmtpd", version: "1" }));
  return resourceSpans[0].scopeSpans[0].spans;
}

test("a span is written as OTLP's JSON has it: ids in hex, times as texts of nanoseconds, nothing that is absent", () => {
  assert.deepEqual(encoded([span]), [{
    traceId: span.trace,
    spanId: span.id,
    name: "session",
    kind: 2,
    startTimeUnixNano: "1700000000000250000",
    endTimeUnixNano: "1700000000001000000",
    attributes: [],
  }]);
  assert.equal(encoded([{ ...span, parent: "1123456789abcdef" }])[0]?.["parentSpanId"], "1123456789abcdef");
  assert.deepEqual(encoded([{ ...span, failure: "trap" }])[0]?.["status"], { code: 2, message: "trap" });
});

const values: readonly (readonly [AttributeValue, object])[] = [
  ["a", { stringValue: "a" }],
  [true, { boolValue: true }],
  [25, { intValue: "25" }],
  [-1, { intValue: "-1" }],
  [0.5, { doubleValue: 0.5 }],
  [["a", "b"], { arrayValue: { values: [{ stringValue: "a" }, { stringValue: "b" }] } }],
  [[], { arrayValue: { values: [] } }],
];

test("the kind of a value is said with it; whole numbers are texts, since they may have 64 bits", () => {
  for (const [value, expected] of values) {
    assert.deepEqual(encoded([{ ...span, attributes: { key: value } }])[0]?.["attributes"], [{
      key: "key",
      value: expected,
    }]);
  }
});

test("a time keeps its order in nanoseconds, at the turn of a millisecond too", () => {
  const times = [0, 0.0001, 0.25, 0.9998, 0.9999999, 1].map((part) => 1_700_000_000_000 + part);
  const written = times.map((start) => BigInt(String(encoded([{ ...span, start }])[0]?.["startTimeUnixNano"])));
  assert.deepEqual(written, [...written].sort((a, b) => a < b ? -1 : a > b ? 1 : 0));
  for (const each of written) assert.equal(String(each).length, 19);
});

test("ids have their lengths, and none comes twice", () => {
  const ids = Array.from({ length: 2000 }, () => [newSpanId(), newTraceId()]).flat();
  assert.equal(new Set(ids).size, 4000);
  for (const id of ids) assert.match(id, /^(?:[0-9a-f]{16}){1,2}$/);
});
