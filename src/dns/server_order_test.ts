// The order in which servers are asked.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerOrder } from "./server_order.ts";

const [a, b, c] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((address) => ({ address, port: 53 })) as [
  { address: string; port: number },
  { address: string; port: number },
  { address: string; port: number },
];

test("a silent server comes last for half a minute, or until it answers", () => {
  let now = 0;
  const order = new ServerOrder([a, b, c], () => now);
  assert.deepEqual(order.list(), [a, b, c]);
  order.note(a, true);
  assert.deepEqual(order.list(), [b, c, a]);
  now = 29_999;
  order.note(b, true);
  assert.deepEqual(order.list(), [c, a, b]);
  now = 30_000;
  assert.deepEqual(order.list(), [a, c, b]);
  order.note(b, false);
  assert.deepEqual(order.list(), [a, b, c]);
});
