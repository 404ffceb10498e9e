// The spool's promises, in memory and on disk.

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { smallDisk } from "../../test/support/small_disk.ts";
import { collect, spool } from "../../test/support/spooled.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { type FileSpoolOptions, openSpool } from "./file_spool.ts";
import { type Draft, headLimit, type Spool } from "./spool.ts";

const folder = temporaryFolder();
const files = join(folder, "spool", "tmp");

async function opened(options: FileSpoolOptions = {}, state = folder): Promise<Spool> {
  const answer = await openSpool(state, options);
  if (answer.kind !== "spool") throw new Error(answer.message);
  return answer.spool;
}

function octets(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) & 0x7f);
}

const rows: readonly (readonly [title: string, size: number, threshold: number, isFile: boolean])[] = [
  ["nothing", 0, 1000, false],
  ["up to the threshold", 1000, 1000, false],
  ["one octet more", 1001, 1000, true],
  ["many blocks in memory", 3_000_001, 4_000_000, false],
  ["many blocks on disk", 3_000_001, 100_000, true],
  ["a whole number of blocks", 8192, 8192, false],
];

for (const [title, size, threshold, isFile] of rows) {
  test(`content comes back octet for octet, from any offset, as often as wanted: ${title}`, async () => {
    const expected = Buffer.from(octets(size));
    const content = await spool(await opened({ memoryThreshold: threshold }), expected);
    assert.equal(content.size, size);
    for (const from of [0, 1, 8192, 262_145, size]) {
      if (from <= size) {
        assert.ok((await collect(content.pieces(from))).equals(expected.subarray(from)), `from ${from}`);
      }
    }
    assert.deepEqual(Buffer.from(content.head(5000)), expected.subarray(0, 5000));
    assert.ok(expected.subarray(0, headLimit).equals(content.head(Infinity)));
    assert.equal(readdirSync(files).length, isFile ? 1 : 0);
    await content.discard();
    await content.discard();
    assert.deepEqual(readdirSync(files), []);
    assert.throws(() => content.pieces());
  });
}

test("a draft copies: the caller may reuse the memory of a piece", async () => {
  const draft = (await opened()).open("reuse");
  const piece = Buffer.from("one\r\n");
  await draft.write(piece);
  piece.fill(0);
  assert.equal(Buffer.from(draft.head(100)).toString(), "one\r\n");
  await draft.discard();
});

test("the beginning can be read while content is still coming, before and after the spill", async () => {
  const draft = (await opened({ memoryThreshold: 100_000 })).open("head");
  const expected = Buffer.from(octets(600_000));
  for (let from = 0; from < expected.length; from += 1000) {
    await draft.write(expected.subarray(from, from + 1000));
    const end = Math.min(from + 1000, headLimit);
    if (from % 50_000 === 0) assert.ok(expected.subarray(0, end).equals(draft.head(end)), `at ${from}`);
  }
  await draft.discard();
});

test("8-bit content is known as such", async () => {
  const seven = await spool(await opened(), Uint8Array.of(0, 127));
  const eight = await spool(await opened(), Uint8Array.of(0, 128));
  assert.deepEqual([seven.eightBit, eight.eightBit], [false, true]);
});

test("files are private", async () => {
  const content = await spool(await opened({ memoryThreshold: 10 }), octets(1000));
  const [name = ""] = readdirSync(files);
  assert.equal(statSync(join(files, name)).mode & 0o777, 0o600);
  assert.equal(statSync(files).mode & 0o777, 0o700);
  await content.discard();
});

test("leftovers of an earlier process are removed at the start", async () => {
  mkdirSync(files, { recursive: true });
  writeFileSync(join(files, "left-over"), "half a message");
  await opened();
  assert.deepEqual(readdirSync(files), []);
});

test("when all drafts together hold too much memory, growing ones go to disk", async () => {
  const shared = await opened({ memoryThreshold: 1_000_000, memoryTotal: 100_000 });
  const first = await spool(shared, octets(60_000));
  const second = await spool(shared, octets(60_000));
  assert.equal(readdirSync(files).length, 1);
  await first.discard();
  await second.discard();
  const third = await spool(shared, octets(90_000));
  assert.equal(readdirSync(files).length, 0);
  await third.discard();
});

test("an id that could name another folder opens nothing", async () => {
  const shared = await opened();
  for (const id of ["", ".", "..", "a/b", "a\0b", "x".repeat(101)]) assert.throws(() => shared.open(id), TypeError);
});

test("a state folder that is a file is one sentence", async () => {
  const path = join(folder, "file");
  writeFileSync(path, "");
  const answer = await openSpool(path);
  assert.ok(answer.kind === "failed" && answer.message.includes(path));
});

const disk = smallDisk(262_144);
if (disk !== undefined) {
  test("a full disk is an answer, the same from then on, and leaves no file", async () => {
    const draft = (await opened({ memoryThreshold: 1000 }, disk)).open("full");
    assert.equal(await fill(draft, 4_000_000), "full");
    assert.equal((await draft.write(octets(1))).kind, "full");
    assert.equal((await draft.finish()).kind, "full");
    assert.deepEqual(readdirSync(join(disk, "spool", "tmp")), []);
  });

  test("a disk that is full at the last octets is an answer of finish", async () => {
    const draft = (await opened({ memoryThreshold: 1000 }, disk)).open("last");
    // Less than a block is still waiting when the last piece is taken.
    assert.equal(await fill(draft, 320_000), "ok");
    assert.equal((await draft.finish()).kind, "full");
    assert.deepEqual(readdirSync(join(disk, "spool", "tmp")), []);
  });
}

async function fill(draft: Draft, size: number): Promise<string> {
  const piece = octets(16_000);
  for (let written = 0; written < size; written += piece.length) {
    const result = await draft.write(piece);
    if (result.kind !== "ok") return result.kind;
  }
  return "ok";
}
