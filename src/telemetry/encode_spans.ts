// Writes spans as the JSON of OTLP 1.x: ExportTraceServiceRequest. Pure.

import type { Attributes, AttributeValue, Span } from "./span.ts";

/** STATUS_CODE_ERROR; what did not fail has no status, since only its reader knows what is good. */
const failed = 2;

/** Whoever wrote them. */
export interface Scope {
  readonly name: string;
  readonly version: string;
}

/** `resource` is what is true of all of them. */
export function encodeSpans(spans: readonly Span[], resource: Attributes, scope: Scope): string {
  return JSON.stringify({
    resourceSpans: [{
      resource: { attributes: keyValues(resource) },
      scopeSpans: [{ scope, spans: spans.map(spanOf) }],
    }],
  });
}

function spanOf({ trace, id, parent, name, kind, start, end, attributes, failure }: Span): object {
  return {
    traceId: trace,
    spanId: id,
    // JSON leaves out what is undefined.
    parentSpanId: parent,
    name,
    kind,
    startTimeUnixNano: nanoseconds(start),
    endTimeUnixNano: nanoseconds(end),
    attributes: keyValues(attributes),
    status: failure === undefined ? undefined : { code: failed, message: failure },
  };
}

/** A number of 64 bits is a text in the JSON of protocol buffers; no number here could hold it. */
function nanoseconds(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  const rest = Math.min(999_999, Math.round((milliseconds - whole) * 1e6));
  return `${whole}${String(rest).padStart(6, "0")}`;
}

function keyValues(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: AttributeValue): object {
  switch (typeof value) {
    case "string":
      return { stringValue: value };
    case "boolean":
      return { boolValue: value };
    case "number":
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
    default:
      return { arrayValue: { values: value.map((each) => ({ stringValue: each })) } };
  }
}
