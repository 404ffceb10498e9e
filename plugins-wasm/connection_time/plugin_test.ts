// What connection_time writes, and when.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { noting, pass } from "#sdk";
import type { Asked } from "#sdk";
import { ask, configure, connectEvent, fakeHost } from "#sdk/testing";
import { buildPlugin } from "../../sdk/typescript/build_plugin.ts";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const began = Date.UTC(2026, 0, 1);
const { early: _, ...fact } = connectEvent();

function ended(after: number, session?: { readonly connected?: number }): Asked {
  return { ...fact, time: began + after, ...(session === undefined ? {} : { notes: { session } }) };
}

const noted = { connected: began };
const rows: readonly (readonly [title: string, event: Asked, line: string | undefined])[] = [
  ["milliseconds", ended(1234, noted), "1.234 s. (session session-1)"],
  ["an instant", ended(0, noted), "0.000 s. (session session-1)"],
  ["two hours", ended(7_200_000, noted), "7200.000 s. (session session-1)"],
  ["a clock that was set back", ended(-5000, noted), "0.000 s. (session session-1)"],
  ["a connection whose beginning was not seen", ended(1000), undefined],
  ["notes without it", ended(1000, {}), undefined],
];

for (const [title, event, line] of rows) {
  test(`natively: ${title}`, () => {
    const host = fakeHost();
    const { setup } = configure(plugin, { settings: { loglevel: "warn" } });
    assert.deepEqual(ask(plugin, "disconnect", event, setup, host), pass());
    assert.deepEqual(host.logged, line === undefined ? [] : [{ level: "warn", text: line }]);
  });
}

test("as .wasm it writes the same lines", async () => {
  const built = await buildPlugin({ source: join(import.meta.dirname, "plugin.ts") });
  assert.ok(built.kind === "built");
  const run = await runWasm(built.wasm);
  assert.ok(run.kind === "running");
  for (const [, event] of rows) await run.ask("disconnect", event);
  const lines = rows.map(([, , line]) => line).filter((line) => line !== undefined);
  assert.deepEqual(run.logged, lines.map((line) => `info ${line}`));
  await run.close();
});

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    [
      "the beginning is noted",
      {},
      "connect",
      connectEvent({ time: began }),
      noting(pass(), { session: { connected: began } }),
    ],
  ],
  asked: [["the beginning and the end are asked for", {}, ["connect", "disconnect"]]],
});
