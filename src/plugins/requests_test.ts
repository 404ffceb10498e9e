import assert from "node:assert/strict";
import { test } from "node:test";
import type { Capability } from "../capabilities/capability.ts";
import { CallClock } from "./call_clock.ts";
import { type Allowance, Requests } from "./requests.ts";
import { Turns } from "./turns.ts";

const capabilities: readonly Capability[] = [
  { name: "dns", fulfil: () => Promise.resolve({ kind: "done", value: "the answer" }) },
  { name: "http", fulfil: () => ({ kind: "refused", code: "connection", message: "no way to secret.test" }) },
  { name: "tcp", fulfil: () => new Promise(() => {}) },
];

const allowance: Allowance = {
  plugin: "asks",
  grants: { has: () => true, allows: () => true, scopesOf: (name) => name === "store" ? [] : ["*"] },
  capabilities: new Map(capabilities.map((capability) => [capability.name, capability])),
  readContent: () => Promise.resolve(new Uint8Array(3)),
  hostCalls: 1000,
};

function begun(wall: number): Requests {
  const clock = new CallClock(new Turns());
  const requests = new Requests(clock);
  requests.begin(0, allowance);
  clock.begin({ cpu: 1000, wall }, performance.now());
  clock.start();
  return requests;
}

function outcomes({ asked = [] }: Requests): readonly (readonly string[])[] {
  return asked.map(({ capability, outcome }) => [capability, outcome]);
}

test("what a call asked for is told of by name and outcome, and never what it was about", async () => {
  const requests = begun(5000);
  const before = performance.now();
  for (const name of ["dns", "http", "store", "secret.test"]) await requests.askFor(name, { name: "secret.test" });
  const after = performance.now();
  assert.deepEqual(outcomes(requests), [
    ["dns", "done"],
    ["http", "connection"],
    ["unknown", "notGranted"],
    ["unknown", "notGranted"],
  ]);
  assert.doesNotMatch(JSON.stringify(requests.asked), /secret|answer/);
  for (const { began, milliseconds } of requests.asked ?? []) {
    assert.ok(before <= began && milliseconds >= 0 && began + milliseconds <= after);
  }
  requests.end();
});

test("a request that the deadline cut off is told of too", async () => {
  const requests = begun(20);
  await requests.askFor("tcp", {}).catch(() => {});
  assert.deepEqual(outcomes(requests), [["tcp", "aborted"]]);
  requests.end();
});

test("of a call that asks without end the first hundred are told of; the next call begins with none", async () => {
  const requests = begun(5000);
  for (let count = 0; count < 300; count++) await requests.askFor("http", {});
  assert.equal(requests.asked?.length, 100);
  requests.end();
  requests.begin(0, allowance);
  assert.equal(requests.asked, undefined);
});
