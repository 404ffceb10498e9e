import assert from "node:assert/strict";
import test from "node:test";
import { callContext } from "../../test/support/call_context.ts";
import type { CallContext } from "./capability.ts";
import { clockCapability } from "./clock.ts";

const context: CallContext = callContext({ time: 5 });

test("the clock goes on while the time of the event stands still", () => {
  let time = 1_700_000_000_000;
  const clock = clockCapability(() => time);
  assert.deepEqual(clock.fulfil({}, context), { kind: "done", value: 1_700_000_000_000 });
  time++;
  assert.deepEqual(clock.fulfil({}, context), { kind: "done", value: 1_700_000_000_001 });
});

test("without a clock given it is the machine's", async () => {
  const before = Date.now();
  const told = await clockCapability().fulfil({}, context);
  assert.ok(told.kind === "done" && Number(told.value) >= before && Number(told.value) <= Date.now());
});

test("the clock is asked nothing", async () => {
  for (const request of [{ zone: "UTC" }, null, "now", undefined]) {
    const told = await clockCapability().fulfil(request, context);
    assert.ok(told.kind === "refused" && told.code === "badRequest", JSON.stringify(request));
  }
});
