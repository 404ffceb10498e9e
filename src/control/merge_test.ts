// What several workers say, as one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { aPlugin, someStatus } from "../../test/support/admin.ts";
import type { PluginCounters, PluginView, ReloadView, Status } from "./control.ts";
import { mergePlugins, mergeReloads, mergeStatus } from "./merge.ts";

const primary = {
  version: "1",
  runtime: "Node",
  hostname: "mx.test",
  pid: 1,
  started: 2,
  warnings: [],
  stopping: false,
};

function statusOf(pid: number, generation: number, overloaded = false): Status {
  return { ...someStatus, workers: [{ pid, generation, standing: 1, sessions: 1, overloaded, memory: 1 }] };
}

const states:
  readonly (readonly [what: string, workers: readonly Status[], stopping: boolean, why: string | undefined])[] = [
    ["nobody serves yet", [], false, "starting"],
    ["one of two serves", [statusOf(2, 1)], false, undefined],
    ["one of two is overloaded", [statusOf(2, 1, true), statusOf(3, 1)], false, undefined],
    ["all are overloaded", [statusOf(2, 1, true), statusOf(3, 1, true)], false, "overloaded"],
    ["all is stopped", [statusOf(2, 1)], true, "stopping"],
  ];

for (const [what, workers, stopping, why] of states) {
  test(`ready: ${what}: ${why ?? "yes"}`, () => {
    const merged = mergeStatus({ ...primary, stopping, wanted: 2 }, workers);
    assert.deepEqual([merged.ready, merged.why], [why === undefined, why]);
  });
}

test("the generation is the newest that all have; who does not answer is a warning", () => {
  assert.equal(mergeStatus({ ...primary, wanted: 2 }, [statusOf(2, 3), statusOf(3, 2)]).generation, 2);
  assert.deepEqual(mergeStatus({ ...primary, wanted: 2 }, [statusOf(2, 3)]).warnings, ["1 of 2 workers do not answer"]);
});

const counters: PluginCounters = {
  answered: 1,
  failed: { trap: 1 },
  micros: 10,
  slowestMicros: 5,
  cpu: 1,
  fuel: 2,
  memory: 3,
};

test("counters of the very same plugin are added up, its worst breaker is told; another digest counts apart", () => {
  const a: PluginView = { ...aPlugin, digest: "x", counters, breaker: "closed" };
  const b: PluginView = {
    ...a,
    counters: { ...counters, failed: { cpu: 2 }, slowestMicros: 9, memory: 1 },
    breaker: "open",
  };
  const [merged] = mergePlugins([[a], [b], [{ ...b, digest: "y" }]]);
  assert.deepEqual(merged?.counters, {
    answered: 2,
    failed: { trap: 1, cpu: 2 },
    micros: 20,
    slowestMicros: 9,
    cpu: 2,
    fuel: 4,
    memory: 3,
  });
  assert.equal(merged?.breaker, "open");
});

test("a reload is one only if every worker has reloaded", () => {
  const changes = { added: [], changed: ["a"], removed: [], kept: [], rejudged: [], tables: [] };
  const good: ReloadView = { kind: "reloaded", number: 2, changes, warnings: ["w"] };
  const bad: ReloadView = { kind: "kept", number: 1, problems: ["p"] };
  assert.deepEqual(mergeReloads([good, good]), good);
  assert.deepEqual(mergeReloads([good, bad, bad]), { kind: "kept", number: 1, problems: ["p"] });
  assert.equal(mergeReloads([]).kind, "kept");
});
