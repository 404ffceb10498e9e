// A piece of work that is over, as OpenTelemetry tells it.

import { randomFillSync } from "node:crypto";

/** As in opentelemetry/proto/trace/v1/trace.proto. */
export const spanKinds = { internal: 1, server: 2, client: 3 } as const;

export type AttributeValue = string | number | boolean | readonly string[];
export type Attributes = { readonly [name: string]: AttributeValue };

export interface Span {
  /** 32 hexadecimal digits, the same for all of a session. */
  readonly trace: string;
  /** 16 hexadecimal digits. */
  readonly id: string;
  /** Absent: the span of the session itself. */
  readonly parent?: string;
  /** One of a few: what differs is said by attributes. */
  readonly name: string;
  readonly kind: (typeof spanKinds)[keyof typeof spanKinds];
  /** Milliseconds since 1970, with fractions. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  /** Present: it failed, and this is how. */
  readonly failure?: string;
}

const pool = Buffer.alloc(4096);
let used = pool.length;

/** 16 hexadecimal digits, never all 0. */
export function newSpanId(): string {
  return randomHex(8);
}

/** 32 hexadecimal digits, never all 0. */
export function newTraceId(): string {
  return randomHex(16);
}

/** Taken from a pool: a system call for each would cost more than all the rest of a span. */
function randomHex(octets: number): string {
  for (;;) {
    if (used + octets > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const hex = pool.toString("hex", used, used + octets);
    used += octets;
    if (/[^0]/.test(hex)) return hex;
  }
}
