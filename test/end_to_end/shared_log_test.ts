// Several processes write their log to one pipe that is read slowly: every line arrives whole.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { directRuntimes } from "../support/direct_runtimes.ts";

const writer = fileURLToPath(new URL("../support/log_writer.ts", import.meta.url));

for (const { name, command } of directRuntimes) {
  test(`four processes of ${name} on one pipe`, async () => {
    const script = 'for mark in a b c d; do "$@" "$mark" & done; wait';
    const child = spawn("sh", ["-c", script, "sh", ...command.slice(0, -1), writer], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    for await (const chunk of child.stdout) {
      text += (chunk as Uint8Array).toString();
      // Slower than the writers: the pipe is full most of the time.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const lines = text.trimEnd().split("\n");
    assert.equal(lines.length, 4 * 3000);
    assert.deepEqual(lines.filter((line) => !/^(?:a+|b+|c+|d+)$/.test(line)).map((line) => line.length), []);
  });
}
