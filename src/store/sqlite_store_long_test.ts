// The store's promises, on SQLite; and every way in which its file can be unfit.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import test from "node:test";
import { storeContract, type StoreUnderTest } from "../../test/contract/store_contract.ts";
import { runWriter } from "../../test/support/run_store_writer.ts";
import { smallDisk } from "../../test/support/small_disk.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { openStore, type SqliteOptions, type SqliteStore } from "./sqlite_store.ts";
import type { StoreLimits } from "./store.ts";

const folder = temporaryFolder();
let files = 0;

function newPath(): string {
  files++;
  return join(folder, `state${files}`, "store.sqlite");
}

async function opened(path: string, options: SqliteOptions = {}): Promise<SqliteStore> {
  const answer = await openStore(path, options);
  if (answer.kind !== "store") throw new Error(answer.message);
  return answer.store;
}

async function underTest(path: string, limits: Partial<StoreLimits> = {}): Promise<StoreUnderTest> {
  let time = 1_700_000_000_000;
  const store = await opened(path, { now: () => time, limits });
  const advance = (milliseconds: number): void => {
    time += milliseconds;
  };
  return { store, advance, stop: () => store.close() };
}

storeContract("SQLite", {
  open: (limits) => underTest(newPath(), limits),
  shared: () => Promise.resolve(newPath()),
  reopen: (path) => underTest(path),
});

test("the store's files are private", async () => {
  const path = newPath();
  const store = await opened(path);
  await store.namespace("test").set("a", "1");
  for (const file of [path, `${path}-wal`, `${path}-shm`]) assert.equal(statSync(file).mode & 0o777, 0o600, file);
  assert.equal(statSync(join(path, "..")).mode & 0o777, 0o700);
  await store.close();
});

test("what has expired is swept, at most 1,000 entries a time, and nothing else", async () => {
  const path = newPath();
  let time = 0;
  const store = await opened(path, { now: () => time });
  const [first, second] = [store.namespace("a"), store.namespace("b")];
  for (let number = 0; number < 1500; number++) await first.set(String(number), "1", 1000);
  for (let number = 0; number < 20; number++) await second.set(String(number), "1", number < 10 ? 1000 : undefined);
  await second.set("later", "1", 1001);
  time = 1000;
  const swept = Array.from({ length: 6 }, () => store.sweep());
  assert.equal(Math.max(...swept), 1000);
  assert.equal(swept.reduce((sum, count) => sum + count, 0), 1510);
  assert.equal(countRows(path), 11);
  assert.equal((await second.get("later")).kind, "ok");
  await store.close();
});

function countRows(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  const row = database.prepare("SELECT count(*) AS count FROM entry").get();
  database.close();
  return row?.["count"];
}

test("the sweep runs by itself", { timeout: 60_000 }, async () => {
  const path = newPath();
  const store = await opened(path);
  await store.namespace("a").set("a", "1", 1);
  while (countRows(path) !== 0) await new Promise((resolve) => setTimeout(resolve, 100));
  await store.close();
});

test("a store that nobody closed does not hold the process", { timeout: 60_000 }, async () => {
  assert.equal((await runWriter([newPath(), "leave", ""])).code, 0);
});

test("a lock that another process forgets is waited for without holding up this one, and then said", async () => {
  const path = newPath();
  const store = await opened(path, { patience: 1000 });
  await store.namespace("test").set("a", "1");
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  const turns = countTurns();
  const waiting = await Promise.all(Array.from({ length: 20 }, () => store.namespace("test").increment("a", 1)));
  assert.ok(turns.stop() > 20, "the event loop stood still");
  const message = `The store ${path} is locked by another process; end that one (database is locked)`;
  for (const ending of waiting) assert.deepEqual(ending, { kind: "failed", message });
  assert.deepEqual(await store.namespace("test").get("a"), { kind: "ok", value: "1" });
  const patient = store.namespace("test").increment("a", 1);
  setTimeout(() => other.exec("COMMIT"), 50);
  assert.deepEqual(await patient, { kind: "ok", value: 2 });
  other.close();
  await store.close();
});

test("a call that ends while it waits for a lock changes nothing afterwards", async () => {
  const path = newPath();
  const store = await opened(path);
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  const call = new AbortController();
  const waiting = store.namespace("test", call.signal).set("a", "1");
  call.abort();
  other.exec("COMMIT");
  other.close();
  assert.equal((await waiting).kind, "failed");
  assert.deepEqual(await store.namespace("test").get("a"), { kind: "absent" });
  await store.close();
});

function countTurns(): { stop(): number } {
  let turns = 0;
  const timer = setInterval(() => turns++, 2);
  return {
    stop: () => {
      clearInterval(timer);
      return turns;
    },
  };
}

/** Makes something at the path that is no usable store. */
type Spoil = (path: string) => Promise<void> | void;

const unfit: readonly (readonly [what: string, spoil: Spoil, sentence: RegExp])[] = [
  ["a text", (path) => writeFileSync(path, "no database\n".repeat(1000)), /is damaged; .*\(file is not a database\)/],
  ["a folder", (path) => mkdirSync(path), /cannot be opened for writing; .*\(.+\)/],
  ["a file half overwritten", spoilPages, /is damaged; restore a copy/],
  [
    "a database of another program",
    (path) => make(path, "CREATE TABLE cat (name)"),
    /is a database of another program/,
  ],
  ["a newer version", (path) => make(path, "PRAGMA user_version = 1000"), /was written by a newer version of qpsmtpd/],
  ["a database that another process holds", hold, /is locked by another process; end that one/],
];

for (const [what, spoil, sentence] of unfit) {
  test(`in the place of the store, ${what} is a sentence that names it`, async () => {
    const path = newPath();
    mkdirSync(join(path, ".."));
    await spoil(path);
    const answer = await openStore(path, { patience: 50 });
    assert.ok(answer.kind === "failed", what);
    assert.match(answer.message, sentence);
    assert.ok(answer.message.startsWith(`The store ${path} `), answer.message);
    for (const database of held.splice(0)) database.close();
  });
}

const held: DatabaseSync[] = [];

function make(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

function hold(path: string): void {
  const database = new DatabaseSync(path);
  database.exec("BEGIN EXCLUSIVE");
  held.push(database);
}

async function spoilPages(path: string): Promise<void> {
  await (await opened(path)).close();
  const octets = readFileSync(path);
  octets.fill(0xa5, 100, 4096);
  writeFileSync(path, octets);
}

test("a file that is damaged while it is used is a sentence too", async () => {
  const path = newPath();
  const first = await opened(path);
  for (let number = 0; number < 500; number++) {
    await first.namespace("test").set(`key ${number}`, `"${"x".repeat(100)}"`);
  }
  await first.close();
  const octets = readFileSync(path);
  octets.fill(0xa5, 3 * 4096);
  writeFileSync(path, octets);
  const store = await opened(path);
  const endings = new Set<string>();
  for (let number = 0; number < 500; number++) {
    const got = await store.namespace("test").get(`key ${number}`);
    endings.add(got.kind === "failed" ? got.message : got.kind);
  }
  assert.ok([...endings].some((ending) => ending.startsWith(`The store ${path} is damaged; `)), [...endings].join());
  await store.close();
});

test("a file of a name that is no folder's is a sentence", async () => {
  const path = newPath();
  writeFileSync(join(path, ".."), "");
  const answer = await openStore(path);
  assert.ok(answer.kind === "failed" && answer.message.startsWith(`The store ${path} cannot be `));
});

const disk = smallDisk(1_048_576);
if (disk !== undefined) {
  test("a full disk is full, and what was stored stays", async () => {
    const store = await opened(join(disk, "store.sqlite"));
    const namespace = store.namespace("test");
    const big = `"${"x".repeat(30_000)}"`;
    let [stored, ending] = [0, await namespace.set("key 0", big)];
    while (ending.kind === "ok" && stored < 1000) ending = await namespace.set(`key ${++stored}`, big);
    assert.deepEqual(ending, { kind: "full", message: "The disk of the store is full" });
    for (let number = 0; number < stored; number++) {
      assert.deepEqual(await namespace.get(`key ${number}`), { kind: "ok", value: big });
    }
    await store.close();
  });
}

const still = smallDisk(1_048_576);
if (still !== undefined) {
  test("a folder that cannot be written is a sentence, with a store in it and without", async () => {
    await (await opened(join(still, "old.sqlite"))).close();
    spawnSync("mount", ["-o", "remount,ro", still]);
    for (const path of ["old.sqlite", "new.sqlite", "folder/new.sqlite"].map((name) => join(still, name))) {
      const answer = await openStore(path);
      assert.ok(answer.kind === "failed", path);
      assert.ok(
        answer.message.startsWith(`The store ${path} cannot be opened for writing; give this user its folder (`),
        answer.message,
      );
    }
  });
}
