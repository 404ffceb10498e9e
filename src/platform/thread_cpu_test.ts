import assert from "node:assert/strict";
import { test } from "node:test";
import { threadCpu } from "./thread_cpu.ts";

test("it counts running and not waiting, or is not there at all", async () => {
  const before = threadCpu();
  if (before === undefined) return assert.equal(threadCpu(), undefined);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const waited = (threadCpu() ?? 0) - before;
  assert.ok(waited < 60, `waiting counted as ${waited} ms`);
  const began = performance.now();
  while (performance.now() - began < 2000 && (threadCpu() ?? 0) - before - waited < 20);
  assert.ok((threadCpu() ?? 0) - before - waited >= 20, "running did not count");
});
