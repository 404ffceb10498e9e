// A guest is suspended while the host works, on every runtime, and nothing of it is lost or mixed up.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { run } from "../../../test/support/programs.ts";
import { projectRoot } from "../../../test/support/runtimes.ts";
import { temporaryFolder } from "../../../test/support/temporary_folder.ts";
import { stopBuilding } from "../build_plugin.ts";
import { sampleWasm } from "../sample_plugin.ts";
import type { SuspendedRuns } from "./run_suspended.ts";

const code = `
  import { definePlugin, type Host, HostError, reject } from "#sdk";

  function under<T>(frames: number, run: () => T): T {
    return frames === 0 ? run() : under(frames - 1, run);
  }
  function endless(n: number): number {
    return 1 + endless(n + 1);
  }

  const cases: { [name: string]: (host: Host, word: string) => unknown } = {
    sequence: ({ store }) => [store.get("a"), store.get("b"), store.get("c")],
    thrown({ store }) {
      throw new RangeError("after " + store.get("a"));
    },
    refused({ store }) {
      try {
        store.get("refused");
      } catch (error) {
        return [error instanceof HostError, error.code, error.message, store.get("next")];
      }
    },
    deep: ({ store }) => under(300, () => store.get("deep")),
    recursion({ store }) {
      try {
        return endless(0);
      } catch (error) {
        return [error.name, store.get("still")];
      }
    },
    loop({ store }) {
      const seen = [];
      for (let i = 0; i < 50; i++) seen.push(store.get("count"));
      return seen.every((count, i) => i === 0 || count === seen[i - 1] + 1) && seen.length;
    },
    read: ({ content }) => [...content.read(5, 100)],
    pair({ store }, word) {
      return [store.get(word + "1"), store.get(word + "2")];
    },
  };

  export default definePlugin({
    noop(event, _setup, host) {
      const [name, word] = event.argument.split(" ");
      return reject(JSON.stringify(cases[name](host, word)));
    },
    vrfy: (async (_event, _setup, host) => {
      await null;
      const first = host.store.get("x");
      await null;
      return reject(JSON.stringify([first, host.store.get("y")]));
    }) as never,
  });`;

const program = join(import.meta.dirname, "run_suspended.ts");
const bin = join(projectRoot, "node_modules", ".bin");
const runtimes: readonly (readonly [name: string, program: string, ...args: string[]])[] = [
  ["Node", join(bin, "node"), program],
  ["Deno", join(bin, "deno"), "run", "--quiet", "--no-prompt", "--allow-read", program],
  ["Bun", join(bin, "bun"), program],
];

const file = join(temporaryFolder(), "suspended.wasm");
before(async () => writeFile(file, await sampleWasm(code, { needs: ["store", "content:body"] })));
after(stopBuilding);

for (const [name, command, ...args] of runtimes) {
  describe(name, () => {
    let runs: SuspendedRuns;
    before(async () => {
      const ran = await run(command, [...args, file], { cwd: projectRoot });
      assert.equal(ran.code, 0, ran.stderr);
      runs = JSON.parse(ran.stdout);
    });

    test("three requests, one after the other", () => {
      assert.deepEqual([runs.sequence, runs.afterwards], [["a!", "b!", "c!"], ["a!", "b!", "c!"]]);
    });
    test("an exception after a request has its stack, and the next call works", () => {
      assert.match(runs.thrown, /^RangeError: after a!\n {4}at thrown \(plugin\.ts:14\)/);
    });
    test("a refusal is a HostError that can be caught", () => {
      assert.deepEqual(runs.refused, [true, "full", "there is no room", "next!"]);
    });
    test("a request from deep within, and one after the stack was used up", () => {
      assert.deepEqual([runs.deep, runs.recursion], ["deep!", ["RangeError", "still!"]]);
    });
    test("requests between two awaits", () => assert.deepEqual(runs.awaited, ["x!", "y!"]));
    test("many requests in a loop", () => assert.equal(runs.loop, 50));
    test("content that comes in pieces is put together", () => {
      assert.deepEqual(runs.read, Array.from({ length: 15 }, (_, i) => 5 + i));
    });
    test("two guests are suspended at once, and the quick one does not wait for the slow one", () => {
      assert.deepEqual(runs.interleaved.answers, [["slow1!", "slow2!"], ["quick1!", "quick2!"]]);
      assert.deepEqual(runs.interleaved.order, ["slow1", "quick1", "quick2", "slow2"]);
    });
  });
}
