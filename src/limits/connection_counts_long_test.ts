// The limits on connections: which one refuses, and that what is over is counted no more.

import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "../../test/support/eventually.ts";
import { awakeTime } from "../../test/support/own_time.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { openTallies, type TallyOptions } from "../store/tallies.ts";
import { type Admission, type ConnectionCounts, type CountRules, ProcessCounts } from "./connection_counts.ts";
import { SharedCounts, type SharedCountsOptions } from "./shared_connection_counts.ts";

const folder = temporaryFolder();
let files = 0;

function newPath(): string {
  return join(folder, `state${++files}`, "connections.sqlite");
}

const limits = { all: 6, address: 2, network: 4 };
/** The address `b.3` is in the network `b`. */
const rules: CountRules = {
  limits: () => limits,
  keysOf: (address) => ({ address, network: address.split(".")[0] ?? "" }),
};

type Sharing = Partial<SharedCountsOptions> & { readonly tally?: TallyOptions };

async function sharing(path: string, { tally, ...options }: Sharing = {}): Promise<SharedCounts> {
  const opened = await openTallies(path, tally);
  if (opened.kind === "failed") throw new Error(opened.message);
  return new SharedCounts({ rules, tallies: opened.tallies, log: () => assert.fail("logged"), ...options });
}

async function told(counts: ConnectionCounts, address: string): Promise<string> {
  const admission = await counts.admit(address);
  return admission.kind === "admitted" ? "admitted" : admission.by;
}

async function admitted(counts: ConnectionCounts, address: string): Promise<Extract<Admission, { release(): void }>> {
  const admission = await counts.admit(address);
  assert.ok(admission.kind === "admitted");
  return admission;
}

const dialogue: readonly [address: string, answer: string][] = [
  ["a.1", "admitted"],
  ["a.1", "admitted"],
  ["a.1", "address"],
  ["a.2", "admitted"],
  ["a.2", "admitted"],
  ["a.3", "network"],
  ["a.1", "address"],
  ["b.1", "admitted"],
  ["b.2", "admitted"],
  ["b.3", "all"],
  ["a.3", "network"],
];

const implementations: readonly (readonly [name: string, open: () => Promise<readonly ConnectionCounts[]>])[] = [
  ["in one process", () => Promise.resolve([new ProcessCounts(rules)])],
  ["in a file, one process", async () => [await sharing(newPath())]],
  ["in a file, among three", async () => {
    const path = newPath();
    return [await sharing(path), await sharing(path), await sharing(path)];
  }],
];

for (const [name, open] of implementations) {
  test(`${name}: the limit closest to the client refuses it`, async () => {
    const all = await open();
    for (const [index, [address, answer]] of dialogue.entries()) {
      const counts = all[index % all.length];
      assert.ok(counts !== undefined);
      assert.equal(await told(counts, address), answer, `row ${index + 1}`);
    }
    for (const counts of all) counts.close();
  });

  test(`${name}: a connection counts until it is released, and releasing twice is as once`, async () => {
    const all = await open();
    const [first, last] = [all[0], all[all.length - 1]];
    assert.ok(first !== undefined && last !== undefined);
    const one = await admitted(first, "a.1");
    const two = await admitted(first, "a.1");
    assert.equal(await told(last, "a.1"), "address");
    one.release();
    one.release();
    await pause(5);
    assert.equal(await told(last, "a.1"), "admitted");
    assert.equal(await told(last, "a.1"), "address");
    two.release();
    await pause(5);
    assert.equal(await told(last, "a.1"), "admitted");
    for (const counts of all) counts.close();
  });
}

test("a changed limit holds from the next connection", async () => {
  let address = 1;
  const counts = new ProcessCounts({ ...rules, limits: () => ({ ...limits, address }) });
  assert.deepEqual([await told(counts, "a.1"), await told(counts, "a.1")], ["admitted", "address"]);
  address = 2;
  assert.equal(await told(counts, "a.1"), "admitted");
});

test("what a process holds comes back when the others took it for dead", async () => {
  const path = newPath();
  let time = 0;
  const tally = { now: () => time, expiry: 1000 };
  const asleep = await sharing(path, { tally, renewal: 1500 });
  const [one, two] = [await admitted(asleep, "a.1"), await admitted(asleep, "a.1")];
  const awake = await sharing(path, { tally, renewal: 10 });
  assert.equal(await told(awake, "a.1"), "address");
  time = 1001;
  await pause(100);
  (await admitted(awake, "a.1")).release();
  await eventually(() => "what lives again is not counted", async () => {
    const admission = await awake.admit("a.1");
    if (admission.kind === "admitted") admission.release();
    return admission.kind === "refused" && admission.by === "address" ? true : undefined;
  });
  one.release();
  two.release();
  await pause(5);
  assert.equal(await told(awake, "a.1"), "admitted");
  asleep.close();
  awake.close();
});

test("a file that is locked for long makes each process count alone, said once, and together again later", async () => {
  const path = newPath();
  const logged: unknown[] = [];
  const log: SharedCountsOptions["log"] = (...entry) => void logged.push(entry);
  const [one, two] = [await sharing(path, { log, patience: 60 }), await sharing(path)];
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  const time = awakeTime();
  const began = performance.now();
  assert.equal(await told(one, "a.1"), "admitted");
  const [waited, awake] = [performance.now() - began, time()];
  assert.ok(waited >= 59 && awake < 1000, `${waited} ms, ${awake} of them awake`);
  assert.ok(!(one.admit("a.1") instanceof Promise), "the next one does not wait");
  assert.equal(await told(one, "a.1"), "address", "its own limit holds still");
  assert.deepEqual(logged, [["warn", "each process counts connections alone", {
    why: `The store ${path} is locked by another process; end that one (database is locked)`,
  }]]);
  other.exec("COMMIT");
  other.close();
  await pause(200);
  assert.equal(await told(two, "a.1"), "address", "what it admitted alone is known to the others");
  one.close();
  two.close();
});

test("a flood from an address at its limit is refused without the file", async () => {
  const path = newPath();
  const counts = await sharing(path);
  for (const address of ["a.1", "a.1"]) await admitted(counts, address);
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  assert.deepEqual(counts.admit("a.1"), { kind: "refused", by: "address" });
  other.close();
  counts.close();
});

test("trouble that lasts is said every ten seconds, not every time", async () => {
  const path = newPath();
  let logged = 0;
  const counts = await sharing(path, { log: () => void logged++, patience: 10 });
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  const first = counts.admit("a.1");
  assert.ok(first instanceof Promise);
  await first;
  await pause(1100);
  const second = counts.admit("a.2");
  assert.ok(second instanceof Promise, "the file is tried again after a second");
  await second;
  assert.equal(logged, 1);
  other.close();
  counts.close();
});

test("a lock that is over soon is waited for", async () => {
  const path = newPath();
  const [one, two] = [await sharing(path, { patience: 10_000 }), await sharing(path, { patience: 10_000 })];
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  const waiting = [one.admit("a.1"), two.admit("a.1"), one.admit("a.1"), two.admit("a.1")];
  assert.ok(waiting.every((each) => each instanceof Promise));
  setTimeout(() => other.exec("COMMIT"), 30);
  const answers = (await Promise.all(waiting)).map(({ kind }) => kind).sort();
  assert.deepEqual(answers, ["admitted", "admitted", "refused", "refused"]);
  other.close();
  one.close();
  two.close();
});

test("a file that does not work costs a log line, not the mail; when it works again, it is right again", async () => {
  const path = newPath();
  const logged: unknown[] = [];
  const log: SharedCountsOptions["log"] = (...entry) => void logged.push(entry);
  const roomy = { ...rules, limits: () => ({ all: Infinity, address: 2, network: Infinity }) };
  const [one, two] = [await sharing(path, { log, rules: roomy }), await sharing(path, { rules: roomy })];
  const early = await admitted(one, "a.0");
  const database = new DatabaseSync(path);
  database.exec("ALTER TABLE tally RENAME TO away");
  for (let number = 1; number < 15_000; number++) (await admitted(one, `a.${number}`)).release();
  await pause(100);
  for (const address of ["a.7", "a.7"]) await admitted(one, address);
  early.release();
  assert.equal(logged.length, 1);
  database.exec("ALTER TABLE away RENAME TO tally");
  await pause(200);
  assert.equal(await told(two, "a.7"), "address");
  const { count } = database.prepare("SELECT count(*) AS count FROM tally").get() as { count: number };
  assert.equal(count, 3, "a.7, its network and all: nothing of what is over");
  database.close();
  one.close();
  two.close();
});
