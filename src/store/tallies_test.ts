// What each process holds is seen by all, and goes away with the process.

import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { isLocked } from "./locked.ts";
import { openTallies, type Tallies, type TallyOptions } from "./tallies.ts";

const folder = temporaryFolder();
let files = 0;

function newPath(): string {
  return join(folder, `state${++files}`, "connections.sqlite");
}

async function opened(path: string, options: TallyOptions = {}): Promise<Tallies> {
  const answer = await openTallies(path, options);
  if (answer.kind === "failed") throw new Error(answer.message);
  return answer.tallies;
}

function othersThan(tallies: Tallies, key: string): number {
  return tallies.exchange([key], ([others = 0]) => ({ held: [], ending: others }));
}

test("others' counts are added up, one's own are not among them", async () => {
  const path = newPath();
  const [first, second, third] = [await opened(path), await opened(path), await opened(path)];
  first.write([["a", 2], ["b", 1]]);
  second.write([["a", 3]]);
  assert.deepEqual([first, second, third].map((each) => othersThan(each, "a")), [3, 2, 5]);
  first.write([["a", 0]]);
  assert.equal(othersThan(third, "a"), 3);
  second.replace([["b", 4]]);
  assert.deepEqual([othersThan(third, "a"), othersThan(third, "b")], [0, 5]);
  for (const each of [first, second]) each.close();
  assert.equal(othersThan(third, "b"), 0, "a closed one holds nothing");
  third.close();
});

test("what a decision throws undoes it", async () => {
  const path = newPath();
  const [first, second] = [await opened(path), await opened(path)];
  const wrong = (): never =>
    first.exchange(["a"], () => ({
      held: [["a", 1], ["b", Number.NaN]],
      ending: assert.fail("wrong") as never,
    }));
  assert.throws(wrong, /wrong/);
  assert.equal(othersThan(second, "a"), 0);
  first.close();
  second.close();
});

test("who does not renew is taken for dead, and takes its place again if it was not", async () => {
  const path = newPath();
  let time = 0;
  const options = { now: () => time, expiry: 1000 };
  const [first, second] = [await opened(path, options), await opened(path, options)];
  first.write([["a", 2]]);
  time = 999;
  second.renew([]);
  assert.equal(othersThan(second, "a"), 2);
  time = 1000;
  second.renew([]);
  assert.equal(othersThan(second, "a"), 0);
  first.write([["a", 5]]);
  first.renew([["a", 3]]);
  assert.equal(othersThan(second, "a"), 3, "what was written in between is not counted twice");
  second.renew([]);
  assert.equal(othersThan(second, "a"), 3);
  first.close();
  second.close();
});

test("who opens the file removes what nobody holds who is alive", async () => {
  const path = newPath();
  const mine = await opened(path, { now: () => 1000 });
  mine.write([["a", 1]]);
  const database = new DatabaseSync(path);
  const insert = database.prepare("INSERT INTO holder SELECT ?, ?, ?, namespace, ?, ? FROM holder WHERE id = 1");
  const own = database.prepare("SELECT * FROM holder WHERE id = 1").get() as { [column: string]: string };
  const rows: readonly [id: number, pid: number, boot: string, began: string, expires: number, stays: boolean][] = [
    [10, process.pid, own["boot"] ?? "", own["began"] ?? "", 2000, true],
    [11, process.pid, own["boot"] ?? "", own["began"] ?? "", 900, false],
    [12, process.pid, own["boot"] ?? "", "1", 2000, own["began"] === ""],
    [13, 4_194_304, own["boot"] ?? "", "1", 2000, own["began"] === ""],
    [14, process.pid, "another boot", own["began"] ?? "", 2000, own["began"] === ""],
    [15, 4_194_304, "", "", 2000, true],
  ];
  for (const [id, pid, boot, began, expires] of rows) {
    insert.run(id, pid, boot, began, expires);
    database.prepare("INSERT INTO tally VALUES ('a', ?, 1)").run(id);
  }
  database.exec("INSERT INTO tally VALUES ('a', 9999, 1)");
  database.close();
  const later = await opened(path, { now: () => 1000 });
  assert.equal(othersThan(later, "a"), 1 + rows.filter(([, , , , , stays]) => stays).length);
  mine.close();
  later.close();
});

test("a locked file is said to be locked, and nothing is changed", async () => {
  const path = newPath();
  const [first, second] = [await opened(path), await opened(path)];
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  assert.throws(() => first.write([["a", 1]]), isLocked);
  other.exec("COMMIT");
  other.close();
  assert.equal(othersThan(second, "a"), 0);
  first.close();
  second.close();
});

test("the file is private", async () => {
  const path = newPath();
  const tallies = await opened(path);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  tallies.close();
});

test("who opens it first repairs a damaged file; another one says what is wrong with it", async () => {
  const path = newPath();
  const tallies = await opened(path);
  tallies.replace(Array.from({ length: 2000 }, (_, number) => [`key ${number}`, 1]));
  tallies.close();
  const octets = readFileSync(path);
  octets.fill(0xa5, 4096);
  writeFileSync(path, octets);
  const answer = await openTallies(path);
  assert.ok(answer.kind === "failed");
  assert.match(answer.message, /connections\.sqlite is damaged; /);
  const repaired = await opened(path, { repair: true });
  assert.equal(othersThan(repaired, "key 1"), 0);
  repaired.close();
  assert.ok(existsSync(path));
});
