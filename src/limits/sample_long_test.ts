// Sampling this very process: a stopped loop, a full disk and too many files are noticed, and each change said once.

import assert from "node:assert/strict";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { LoopLag } from "./loop_lag.ts";
import { openFiles, openFilesLimit } from "./open_files.ts";
import type { Gauges, OverloadMarks } from "./overload.ts";
import { OverloadWatch, type SampleOptions } from "./sample.ts";

const folder = temporaryFolder();
const none: OverloadMarks = { loopLag: 0, heap: 0, spoolFree: 0, openFiles: 0 };
const nothing: Gauges = { loopLag: 0, heap: 0, spoolFree: 0, openFiles: 0 };

function stopLoop(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

/** Waits for `overloaded` to come true or false. */
async function becomes(overload: OverloadWatch, overloaded: boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (overload.now !== overloaded) {
    assert.ok(performance.now() < deadline, `not ${overloaded ? "" : "un"}loaded`);
    await pause(5);
  }
}

async function sampling(
  options: Partial<SampleOptions>,
  act: (overload: OverloadWatch, logged: readonly string[]) => Promise<void>,
): Promise<void> {
  const logged: string[] = [];
  const log: SampleOptions["log"] = (level, message, fields) => {
    logged.push(`${level} ${message}${fields?.["why"] === undefined ? "" : ` | ${fields["why"]}`}`);
  };
  const overload = new OverloadWatch({ spool: folder, marks: () => none, log, interval: 20, ...options });
  await act(overload, logged);
  overload.stop();
}

test("a loop that stands still is late by about as long", async () => {
  const lag = new LoopLag();
  await pause(10);
  stopLoop(400);
  const during = lag.take();
  assert.ok(during >= 280 && during < 2000, `${during} ms while it lasts`);
  stopLoop(400);
  await pause(1);
  const after = lag.take();
  assert.ok(after >= 280 && after < 3000, `${after} ms afterwards`);
  lag.stop();
});

test("an overload is said once when it begins and once when it ends", async () => {
  let gauges = nothing;
  await sampling({ marks: () => ({ ...none, loopLag: 500 }), gauges: () => gauges }, async (overload, logged) => {
    gauges = { ...nothing, loopLag: 700 };
    await becomes(overload, true);
    await pause(100);
    gauges = nothing;
    await becomes(overload, false);
    await pause(100);
    assert.deepEqual(logged, [
      "warn overloaded: new sessions are told to come back later | loop lag 700 ms (mark 500 ms)",
      "info no longer overloaded: new sessions are welcome",
    ]);
  });
});

test("a loop that is always late is noticed", async () => {
  // The low mark is above what a busy machine costs the loop by itself.
  await sampling({ marks: () => ({ ...none, loopLag: 480 }), interval: 300 }, async (overload) => {
    const busy = setInterval(() => stopLoop(700), 701);
    await becomes(overload, true);
    clearInterval(busy);
    await becomes(overload, false);
  });
});

test("a heap over its mark is noticed, buffers included", async () => {
  const { heapUsed, external } = process.memoryUsage();
  let mark = heapUsed + external + 50_000_000;
  await sampling({ marks: () => ({ ...none, heap: mark }) }, async (overload, logged) => {
    await pause(100);
    assert.deepEqual(logged, []);
    const held = Buffer.alloc(80_000_000, 1);
    await becomes(overload, true);
    mark = 1e15;
    await becomes(overload, false);
    assert.equal(held[0], 1);
  });
});

test("too little space for the spool is noticed", async () => {
  let mark = 1;
  await sampling({ marks: () => ({ ...none, spoolFree: mark }) }, async (overload, logged) => {
    await pause(100);
    assert.deepEqual(logged, []);
    mark = 1e18;
    await becomes(overload, true);
  });
});

test("a folder that is not there is not judged", async () => {
  const marks = { ...none, spoolFree: 1e18 };
  await sampling({ spool: join(folder, "none"), marks: () => marks }, async (overload) => {
    await pause(150);
    assert.equal(overload.now, false);
  });
});

const onLinux = process.platform === "linux";
if (onLinux) test("too many open files are noticed", openFilesTest);

async function openFilesTest(): Promise<void> {
  const [before = 0, limit = 0] = [await openFiles(), await openFilesLimit()];
  assert.ok(before > 3 && limit > before, `${before} of ${limit}`);
  const path = join(folder, "file");
  writeFileSync(path, "");
  const opened = Array.from({ length: 100 }, () => openSync(path, "r"));
  const mark = (before + 50) * 100 / limit;
  await sampling({ marks: () => ({ ...none, openFiles: mark }) }, async (overload) => {
    await becomes(overload, true);
    for (const descriptor of opened) closeSync(descriptor);
  });
}
