import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import test from "node:test";
import type { Json } from "../../sdk/contract/contract.ts";
import { callContext } from "../../test/support/call_context.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { openStore, type SqliteOptions, type SqliteStore } from "../store/sqlite_store.ts";
import type { Capability } from "./capability.ts";
import { storeCapability } from "./store.ts";

const folder = temporaryFolder();
let files = 0;

interface Granted {
  readonly capability: Capability;
  readonly store: SqliteStore;
  readonly path: string;
  readonly troubles: string[];
}

async function granted(options: SqliteOptions = {}): Promise<Granted> {
  const path = join(folder, `${files++}.sqlite`);
  const opened = await openStore(path, options);
  if (opened.kind === "failed") throw new Error(opened.message);
  const troubles: string[] = [];
  const capability = storeCapability(opened.store, (trouble) => troubles.push(trouble));
  return { capability, store: opened.store, path, troubles };
}

/** A request and its value, or milliseconds that pass, or the code with which it is refused. */
type Step = readonly [request: object, value: Json] | readonly [request: object, value: null, code: string] | number;

const dialogs: readonly (readonly [rule: string, steps: readonly Step[]])[] = [
  ["values are any JSON, and null is not nothing", [
    [{ do: "get", key: "a" }, {}],
    [{ do: "set", key: "a", value: null }, null],
    [{ do: "get", key: "a" }, { value: null }],
    [{ do: "set", key: "a", value: { b: [1, "ä\0\n", false] } }, null],
    [{ do: "get", key: "a" }, { value: { b: [1, "ä\0\n", false] } }],
    [{ do: "delete", key: "a" }, true],
    [{ do: "delete", key: "a" }, false],
  ]],
  ["what get gave is what compareAndSet expects, nothing included, in any order of members", [
    [{ do: "compareAndSet", key: "a", value: { n: 1, m: 2 } }, { stored: true }],
    [{ do: "compareAndSet", key: "a", value: 2 }, { stored: false, value: { m: 2, n: 1 } }],
    [{ do: "compareAndSet", key: "a", expected: { m: 2, n: 1 }, value: null }, { stored: true }],
    [{ do: "compareAndSet", key: "a", value: 3 }, { stored: false, value: null }],
    [{ do: "compareAndSet", key: "a", expected: null, value: 3 }, { stored: true }],
    [{ do: "compareAndSet", key: "b", expected: null, value: 3 }, { stored: false }],
  ]],
  ["expiry is in seconds", [
    [{ do: "set", key: "a", value: 1, expires: 2 }, null],
    [{ do: "increment", key: "b", expires: 2 }, 1],
    [{ do: "compareAndSet", key: "c", value: 1, expires: 2 }, { stored: true }],
    1999,
    [{ do: "get", key: "a" }, { value: 1 }],
    [{ do: "increment", key: "b", by: -3, expires: 2 }, -2],
    [{ do: "get", key: "c" }, { value: 1 }],
    1,
    [{ do: "get", key: "a" }, {}],
    [{ do: "increment", key: "b", expires: 2, refresh: true }, 1],
    [{ do: "get", key: "c" }, {}],
    1999,
    [{ do: "increment", key: "b", expires: 2, refresh: true }, 2],
    1999,
    [{ do: "get", key: "b" }, { value: 2 }],
  ]],
  ["what is no integer is not counted", [
    [{ do: "set", key: "a", value: "1" }, null],
    [{ do: "increment", key: "a" }, null, "conflict"],
    [{ do: "get", key: "a" }, { value: "1" }],
  ]],
  ["a scan gives keys and values of a prefix, and where to go on", [
    [{ do: "set", key: "a:1", value: 1 }, null],
    [{ do: "set", key: "a:2", value: [2] }, null],
    [{ do: "set", key: "b:1", value: 3 }, null],
    [{ do: "scan", prefix: "a:" }, { entries: [{ key: "a:1", value: 1 }, { key: "a:2", value: [2] }] }],
    [{ do: "scan", prefix: "", limit: 1 }, { entries: [{ key: "a:1", value: 1 }], after: "a:1" }],
    [{ do: "scan", prefix: "", limit: 9, after: "a:2" }, { entries: [{ key: "b:1", value: 3 }] }],
  ]],
  ["more than the namespace may hold is full", [
    [{ do: "set", key: "1", value: 1 }, null],
    [{ do: "set", key: "2", value: 1 }, null],
    [{ do: "set", key: "3", value: 1 }, null],
    [{ do: "set", key: "4", value: 1 }, null, "full"],
    [{ do: "increment", key: "4" }, null, "full"],
    [{ do: "compareAndSet", key: "4", value: 1 }, null, "full"],
  ]],
];

for (const [rule, steps] of dialogs) {
  test(rule, async () => {
    let time = 1_700_000_000_000;
    const { capability, store, troubles } = await granted({ now: () => time, limits: { entries: 3 } });
    for (const [index, step] of steps.entries()) {
      if (typeof step === "number") {
        time += step;
        continue;
      }
      const [request, value, code] = step;
      const answer = await capability.fulfil(request, callContext());
      const what = `step ${index + 1}: ${JSON.stringify(answer)}`;
      if (code === undefined) assert.deepEqual(answer, { kind: "done", value }, what);
      else assert.ok(answer.kind === "refused" && answer.code === code, what);
    }
    assert.deepEqual(troubles, []);
    await store.close();
  });
}

const shapes = "must be get, set, compareAndSet, increment, delete or scan";
const wrong: readonly (readonly [request: unknown, message: string])[] = [
  [undefined, "must be an object"],
  ["get", "must be an object"],
  [{ get: "a" }, `do: is missing; ${shapes}`],
  [{ do: "drop" }, `do: ${shapes}`],
  [{ do: "get" }, "key: is missing"],
  [{ do: "get", key: 1 }, "key: must be a string"],
  [{ do: "get", key: "" }, "key: is empty"],
  [{ do: "get", key: "a\0" }, "key: contains NUL"],
  [{ do: "get", key: "\udc00" }, "key: contains half a surrogate pair"],
  [{ do: "get", key: "x".repeat(513) }, "key: is longer than 512 octets"],
  [{ do: "get", key: "a", namespace: "b" }, "namespace: is not known here"],
  [{ do: "set", key: "a" }, "value: is missing"],
  [{ do: "set", key: "a", value: "x".repeat(65_535) }, "value: is longer than 65536 octets"],
  [{ do: "set", key: "a", value: JSON.parse("[".repeat(40) + "]".repeat(40)) }, "value: is nested more than 32 deep"],
  [{ do: "set", key: "a", value: 1, expires: 0 }, "expires: must be an integer from 1 to 315576000"],
  [{ do: "set", key: "a", value: 1, expires: 1.5 }, "expires: must be an integer from 1 to 315576000"],
  [{ do: "set", key: "a", value: 1, expires: 1e12 }, "expires: must be an integer from 1 to 315576000"],
  [{ do: "set", key: "a", value: 1, expires: "1" }, "expires: must be a number"],
  [{ do: "set", key: "a", value: 1, expires: null }, "expires: must be a number"],
  [{ do: "increment", key: "a", by: 0.5 }, "by: must be an integer from -9007199254740991 to 9007199254740991"],
  [{ do: "increment", key: "a", refresh: 1 }, "refresh: must be true or false"],
  [{ do: "scan", limit: 1 }, "prefix: is missing"],
  [{ do: "scan", prefix: "", limit: 1001 }, "limit: must be an integer from 1 to 1000"],
  [{ do: "scan", prefix: "", after: null }, "after: must be a string"],
];

test("what is wrong with a request is said with its place", async () => {
  const { capability, store } = await granted();
  for (const [request, message] of wrong) {
    const answer = await capability.fulfil(request, callContext());
    assert.deepEqual(answer, { kind: "refused", code: "badRequest", message }, message);
  }
  await store.close();
});

const grants: readonly (readonly [scopes: readonly string[], request: object, allowed: boolean])[] = [
  [["*"], { do: "get", key: "anything" }, true],
  [[], { do: "get", key: "a" }, false],
  [["a:*"], { do: "get", key: "a:1" }, true],
  [["a:*"], { do: "get", key: "b:1" }, false],
  [["a:*"], { do: "set", key: "a", value: 1 }, false],
  [["a:*"], { do: "delete", key: "b" }, false],
  [["a:*"], { do: "increment", key: "b" }, false],
  [["a:*"], { do: "compareAndSet", key: "b", value: 1 }, false],
  [["a:*", "b"], { do: "set", key: "b", value: 1 }, true],
  [["b"], { do: "set", key: "b1", value: 1 }, false],
  [["a:*"], { do: "scan", prefix: "a:" }, true],
  [["a:*"], { do: "scan", prefix: "a:b" }, true],
  [["a:*"], { do: "scan", prefix: "a" }, false],
  [["a:*"], { do: "scan", prefix: "" }, false],
  [["a"], { do: "scan", prefix: "a" }, false],
];

test("a plugin reaches the keys of its scopes, and scans only what lies wholly within one", async () => {
  const { capability, store } = await granted();
  for (const [scopes, request, allowed] of grants) {
    const answer = await capability.fulfil(request, callContext({ scopes }));
    const what = `${scopes.join()} ${JSON.stringify(request)}`;
    assert.equal(answer.kind === "refused" ? answer.code : "done", allowed ? "done" : "notGranted", what);
  }
  await store.close();
});

test("a scan cannot go on into what another scope, or none, covers", async () => {
  const { capability, store } = await granted();
  for (const key of ["a:1", "b:1"]) await store.namespace("test").set(key, "1");
  const context = callContext({ scopes: ["a:*"] });
  const answer = await capability.fulfil({ do: "scan", prefix: "a:", after: "a:1" }, context);
  assert.deepEqual(answer, { kind: "done", value: { entries: [] } });
  await store.close();
});

test("plugins do not share their keys", async () => {
  const { capability, store } = await granted();
  await capability.fulfil({ do: "set", key: "a", value: 1 }, callContext({ plugin: "one" }));
  const [one, two] = [callContext({ plugin: "one" }), callContext({ plugin: "two" })];
  assert.deepEqual(await capability.fulfil({ do: "get", key: "a" }, one), { kind: "done", value: { value: 1 } });
  assert.deepEqual(await capability.fulfil({ do: "get", key: "a" }, two), { kind: "done", value: {} });
  assert.deepEqual(await capability.fulfil({ do: "scan", prefix: "" }, two), { kind: "done", value: { entries: [] } });
  await store.close();
});

test("a store that does not work is told to the operator, with its file, and to the plugin without", async () => {
  const { capability, store, path, troubles } = await granted();
  await store.close();
  for (const request of [{ do: "get", key: "a" }, { do: "set", key: "a", value: 1 }, { do: "scan", prefix: "" }]) {
    const answer = await capability.fulfil(request, callContext());
    assert.deepEqual(answer, { kind: "refused", code: "failed", message: "the store does not work at the moment" });
  }
  assert.equal(troubles.length, 3);
  assert.ok(troubles.every((trouble) => trouble.includes(path)), troubles.join());
});

test("a value that somebody else made no JSON is a failure, not an exception", async () => {
  const { capability, store, troubles } = await granted();
  await store.namespace("test").set("a", "{");
  for (
    const request of [{ do: "get", key: "a" }, { do: "scan", prefix: "" }, { do: "compareAndSet", key: "a", value: 1 }]
  ) {
    const answer = await capability.fulfil(request, callContext());
    assert.ok(answer.kind === "refused" && answer.code === "failed", JSON.stringify(answer));
  }
  assert.equal(troubles.length, 3);
  await store.close();
});

test("a call that ends while it waits for a lock is aborted, and nothing is changed", async () => {
  const { capability, store, path, troubles } = await granted();
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  const call = new AbortController();
  const waiting = capability.fulfil({ do: "increment", key: "a" }, callContext({ signal: call.signal }));
  call.abort();
  other.exec("COMMIT");
  other.close();
  const answer = await waiting;
  assert.ok(answer.kind === "refused" && answer.code === "aborted", JSON.stringify(answer));
  assert.deepEqual(await store.namespace("test").get("a"), { kind: "absent" });
  assert.deepEqual(troubles, []);
  await store.close();
});
