// Counting header fields: folded lines are not fields, names are compared without case.

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { countFields } from "./count_fields.ts";

const rows: readonly (readonly [string, number, number])[] = [
  ["", 0, 0],
  ["\r\n", 0, 0],
  ["From: a\r\n\r\n", 1, 0],
  ["From: a\r\n b\r\n\tc\r\nTo: d\r\n\r\n", 2, 0],
  ["RECEIVED: a\r\nreceived: b\r\nReceived : c\r\nReceived-SPF: d\r\n\r\n", 4, 2],
  ["Received: a", 1, 1],
  ["Received", 1, 0],
];

for (const [section, all, received] of rows) {
  test(`${JSON.stringify(section)} has ${all} fields, ${received} of them Received`, () => {
    deepEqual(countFields(new TextEncoder().encode(section)), { all, received });
  });
}
