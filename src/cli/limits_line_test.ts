import assert from "node:assert/strict";
import { test } from "node:test";
import type { Wishes } from "../../sdk/contract/manifest.ts";
import { defaultLimits } from "../plugins/plugin_limits.ts";
import { limitsLine } from "./limits_line.ts";

const rows: readonly [string, Wishes | undefined, string][] = [
  ["no wishes", undefined, "cpu 50 ms, wall 10000 ms, memory 32 MiB"],
  ["a wish for what it has", { cpu: 50 }, "cpu 50 ms, wall 10000 ms, memory 32 MiB"],
  [
    "wishes for more and for less",
    { cpu: 200, memory: 8 },
    "cpu 50 ms (wishes 200), wall 10000 ms, memory 32 MiB (wishes 8)",
  ],
];

for (const [title, wishes, expected] of rows) {
  test(title, () => assert.equal(limitsLine(defaultLimits, wishes), expected));
}
