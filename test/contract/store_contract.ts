// What every store promises, whatever lies behind it.

import assert from "node:assert/strict";
import test from "node:test";
import { runWriter } from "../support/run_store_writer.ts";
import type { Namespace, Store, StoreLimits } from "../../src/store/store.ts";

export interface StoreUnderTest {
  readonly store: Store;
  /** Lets time pass for the store, in milliseconds. */
  advance(milliseconds: number): Promise<void> | void;
  stop(): Promise<void>;
}

export interface StoreSource {
  /** A new and empty one. */
  open(limits?: Partial<StoreLimits>): Promise<StoreUnderTest>;
  /** A place that `reopen` and the processes of store_writer.ts find. */
  shared(): Promise<string>;
  reopen(place: string): Promise<StoreUnderTest>;
}

type Ask = (namespace: Namespace) => Promise<unknown>;
/** Requests one after the other, each with its answer. A number lets time pass. */
type Dialog = readonly (readonly [Ask, object] | number)[];

const [ok, absent] = [{ kind: "ok" }, { kind: "absent" }];
const get = (key: string): Ask => (namespace) => namespace.get(key);
const set = (key: string, value: string, expires?: number): Ask => (namespace) => namespace.set(key, value, expires);
const remove = (key: string): Ask => (namespace) => namespace.delete(key);
const count = (...args: Parameters<Namespace["increment"]>): Ask => (namespace) => namespace.increment(...args);
const compare = (...args: Parameters<Namespace["compareAndSet"]>): Ask => (namespace) =>
  namespace.compareAndSet(...args);
const value = (text: string): object => ({ kind: "ok", value: text });
const sum = (number: number): object => ({ kind: "ok", value: number });
const conflict = (text?: string): object => ({ kind: "conflict", ...(text === undefined ? {} : { value: text }) });

const dialogs: readonly (readonly [rule: string, dialog: Dialog])[] = [
  ["what was set is there, until it is deleted", [
    [get("a"), absent],
    [set("a", "1"), ok],
    [get("a"), value("1")],
    [set("a", '{"b":[]}'), ok],
    [get("a"), value('{"b":[]}')],
    [remove("a"), ok],
    [get("a"), absent],
    [remove("a"), absent],
  ]],
  ["keys may be any text, and differ by every character", [
    [set("a\n ä€😀'%_*", '"1"'), ok],
    [set("A\n ä€😀'%_*", '"2"'), ok],
    [get("a\n ä€😀'%_*"), value('"1"')],
    [get("a"), absent],
  ]],
  ["an entry is gone at the very millisecond", [
    [set("a", "1", 1000), ok],
    999,
    [get("a"), value("1")],
    1,
    [get("a"), absent],
    [remove("a"), absent],
  ]],
  ["to set anew is to give a new expiry, or none", [
    [set("a", "1", 1000), ok],
    [set("b", "1", 1000), ok],
    [set("a", "2"), ok],
    [set("b", "2", 3000), ok],
    2000,
    [get("a"), value("2")],
    [get("b"), value("2")],
    1000,
    [get("b"), absent],
  ]],
  ["compare and set changes nothing unless the value is the expected one", [
    [compare("a", "1", "2"), conflict()],
    [get("a"), absent],
    [compare("a", undefined, "1"), ok],
    [compare("a", undefined, "2"), conflict("1")],
    [compare("a", "2", "3"), conflict("1")],
    [compare("a", "1", "2", 1000), ok],
    [get("a"), value("2")],
    1000,
    [compare("a", "2", "3"), conflict()],
    [compare("a", undefined, "4"), ok],
    [get("a"), value("4")],
  ]],
  ["an increment begins at 0 and is readable as JSON", [
    [count("a", 2), sum(2)],
    [count("a", -5), sum(-3)],
    [get("a"), value("-3")],
    [set("a", "40"), ok],
    [count("a", 2), sum(42)],
  ]],
  ["an increment of what is no safe integer, or to what is none, changes nothing", [
    [set("a", '"1"'), ok],
    [count("a", 1), conflict('"1"')],
    [set("a", "1.5"), ok],
    [count("a", 1), conflict("1.5")],
    [set("a", "9007199254740991"), ok],
    [count("a", 1), conflict("9007199254740991")],
    [get("a"), value("9007199254740991")],
  ]],
  ["a count expires a while after the first", [
    [count("a", 1, { expires: 1000 }), sum(1)],
    600,
    [count("a", 1, { expires: 1000 }), sum(2)],
    400,
    [count("a", 1, { expires: 1000 }), sum(1)],
  ]],
  ["a count that is refreshed expires a while after the last", [
    [count("a", 1, { expires: 1000, refresh: true }), sum(1)],
    600,
    [count("a", 1, { expires: 1000, refresh: true }), sum(2)],
    600,
    [count("a", 1, { expires: 1000, refresh: true }), sum(3)],
    1000,
    [get("a"), absent],
  ]],
];

const bounds: readonly (readonly [what: string, ask: Ask, kind: string])[] = [
  ["the longest key", set("ä".repeat(256), "1"), "ok"],
  ["a longer one", set("ä".repeat(256) + "a", "1"), "failed"],
  ["an empty one", set("", "1"), "failed"],
  ["a key with NUL", get("a\0b"), "failed"],
  ["a key with half a surrogate pair", get("a\ud83d"), "failed"],
  ["the longest value", set("a", `"${"x".repeat(65_534)}"`), "ok"],
  ["a longer one", set("a", `"${"x".repeat(65_535)}"`), "failed"],
  ["a longer one to compare and set", compare("b", undefined, "1".repeat(65_537)), "failed"],
  ["a value with NUL", set("a", "\0"), "failed"],
  ["the longest prefix", (namespace) => namespace.scan("a".repeat(512), 1), "ok"],
  ["a longer one", (namespace) => namespace.scan("a".repeat(513), 1), "failed"],
];

const scans:
  readonly (readonly [prefix: string, limit: number, after: string | undefined, keys: string, next?: string])[] = [
    ["", 10, undefined, "a a:1 a:2 a:€ a:😀 b"],
    ["a:", 10, undefined, "a:1 a:2 a:€ a:😀"],
    ["a:", 2, undefined, "a:1 a:2", "a:2"],
    ["a:", 2, "a:2", "a:€ a:😀", "a:😀"],
    ["a:", 2, "a:😀", ""],
    ["a:", 10, "a:11", "a:2 a:€ a:😀"],
    ["a:", 10, "0", "a:1 a:2 a:€ a:😀"],
    ["a:", 10, "b", ""],
    ["c", 10, undefined, ""],
    ["%", 10, undefined, ""],
    ["", 0, undefined, "a", "a"],
  ];

export function storeContract(name: string, source: StoreSource): void {
  for (const [rule, dialog] of dialogs) {
    test(`${name}: ${rule}`, async () => {
      const { store, advance, stop } = await source.open();
      for (const [index, step] of dialog.entries()) {
        if (typeof step === "number") await advance(step);
        else assert.deepEqual(await step[0](store.namespace("test")), step[1], `step ${index + 1}`);
      }
      await stop();
    });
  }

  test(`${name}: what is too long, or no text, is refused`, async () => {
    const { store, stop } = await source.open();
    for (const [what, ask, kind] of bounds) {
      const ending = await ask(store.namespace("test")) as { kind: string };
      assert.equal(ending.kind, kind, what);
    }
    await stop();
  });

  test(`${name}: a scan gives the entries of a prefix in order, a page at a time`, async () => {
    const { store, stop } = await source.open();
    for (const key of ["b", "a:😀", "a:€", "a:2", "a", "a:1"]) await store.namespace("test").set(key, `"${key}"`);
    for (const [prefix, limit, after, keys, next] of scans) {
      const scanned = await store.namespace("test").scan(prefix, limit, after);
      const entries = keys.split(" ").filter((key) => key !== "").map((key) => ({ key, value: `"${key}"` }));
      assert.deepEqual(scanned, { kind: "ok", entries, ...(next === undefined ? {} : { after: next }) }, prefix);
    }
    await stop();
  });

  test(`${name}: a page has few octets, and leads past what has expired`, async () => {
    const { store, advance, stop } = await source.open({ pageOctets: 100, pageEntries: 5 });
    const namespace = store.namespace("test");
    for (let number = 10; number < 30; number++) {
      const value = JSON.stringify("x".repeat(number === 15 ? 200 : 20));
      await namespace.set(String(number), value, number % 2 === 0 ? 10 : undefined);
    }
    await advance(10);
    const keys: string[] = [];
    let [after, pages]: [string | undefined, number] = ["", 0];
    for (; after !== undefined; pages++) {
      const scanned = await namespace.scan("", 1000, after);
      assert.ok(scanned.kind === "ok");
      const octets = scanned.entries.reduce((sum, entry) => sum + entry.key.length + entry.value.length, 0);
      assert.ok(octets <= 100 || scanned.entries.length === 1);
      keys.push(...scanned.entries.map(({ key }) => key));
      after = scanned.after;
    }
    assert.equal(keys.join(" "), "11 13 15 17 19 21 23 25 27 29");
    assert.ok(pages >= 4, `${pages} pages`);
    await stop();
  });

  test(`${name}: nobody sees, counts, changes or removes what is another's`, async () => {
    const { store, stop } = await source.open({ entries: 1 });
    const [mine, yours] = [store.namespace("a"), store.namespace("a:b")];
    assert.deepEqual(await yours.set("c", "1"), ok);
    assert.deepEqual(await mine.set("b:c", "2"), ok);
    assert.deepEqual(await mine.get("c"), absent);
    assert.deepEqual(await mine.scan("", 10), { kind: "ok", entries: [{ key: "b:c", value: "2" }] });
    assert.deepEqual(await mine.delete("c"), absent);
    assert.deepEqual(await yours.get("c"), value("1"));
    await stop();
  });

  test(`${name}: a namespace with all its entries takes no further one, until one is deleted or expires`, async () => {
    const { store, advance, stop } = await source.open({ entries: 3 });
    const namespace = store.namespace("test");
    for (const key of ["a", "b"]) assert.deepEqual(await namespace.set(key, "1"), ok);
    assert.deepEqual(await namespace.set("c", "1", 1000), ok);
    assert.equal((await namespace.set("d", "1")).kind, "full");
    assert.equal((await namespace.increment("d", 1)).kind, "full");
    assert.equal((await namespace.compareAndSet("d", undefined, "1")).kind, "full");
    assert.deepEqual(await namespace.get("d"), absent);
    assert.deepEqual(await namespace.set("a", "2"), ok);
    await advance(1000);
    assert.deepEqual(await namespace.set("d", "1"), ok);
    assert.equal((await namespace.set("e", "1")).kind, "full");
    assert.deepEqual(await namespace.delete("a"), ok);
    assert.deepEqual(await namespace.set("e", "1"), ok);
    await stop();
  });

  test(`${name}: a namespace with all its octets takes shorter values, and no longer ones`, async () => {
    const { store, stop } = await source.open({ octets: 20 });
    const namespace = store.namespace("test");
    assert.deepEqual(await namespace.set("a", "123456789"), ok);
    assert.deepEqual(await namespace.set("b", "123456789"), ok);
    assert.equal((await namespace.set("c", "1")).kind, "full");
    assert.equal((await namespace.set("b", "1234567890")).kind, "full");
    assert.deepEqual(await namespace.get("b"), value("123456789"));
    assert.deepEqual(await namespace.set("b", "123456"), ok);
    assert.deepEqual(await namespace.set("c", "12"), ok);
    assert.equal((await namespace.set("c", '"ä"')).kind, "full");
    assert.deepEqual(await namespace.delete("a"), ok);
    assert.deepEqual(await namespace.set("c", '"ä"'), ok);
    await stop();
  });

  test(`${name}: once the call has ended nothing is changed`, async () => {
    const { store, stop } = await source.open();
    const call = new AbortController();
    const namespace = store.namespace("test", call.signal);
    assert.deepEqual(await namespace.set("a", "1"), ok);
    call.abort();
    assert.equal((await namespace.set("a", "2")).kind, "failed");
    assert.deepEqual(await store.namespace("test").get("a"), value("1"));
    await stop();
  });

  test(`${name}: a closed store is failed, and closing twice is closing once`, async () => {
    const { store, stop } = await source.open();
    await store.close();
    await store.close();
    assert.equal((await store.namespace("test").get("a")).kind, "failed");
    assert.equal((await store.namespace("test").set("a", "1")).kind, "failed");
    await stop();
  });

  test(`${name}: three processes that count to 1,000 each have counted to 3,000`, async () => {
    const place = await source.shared();
    const writers = [1, 2, 3].map(() => runWriter([place, "count", "1000"]));
    const { store, stop } = await source.reopen(place);
    assert.deepEqual((await Promise.all(writers)).map(({ code }) => code), [0, 0, 0]);
    assert.deepEqual(await store.namespace("test").get("counter"), value("3000"));
    await stop();
  });

  test(`${name}: what was acknowledged is there after kill -9`, async () => {
    const place = await source.shared();
    const acknowledged: string[] = [];
    for (const word of ["a", "b"]) acknowledged.push(...(await runWriter([place, "write", word], 100)).said);
    assert.ok(acknowledged.length > 20, `only ${acknowledged.length} were acknowledged`);
    const { store, stop } = await source.reopen(place);
    for (const key of acknowledged) {
      const expected = JSON.stringify(key.repeat(Number(key.split("-")[1]) % 100));
      assert.deepEqual(await store.namespace("test").get(key), value(expected), key);
    }
    await stop();
  });
}
