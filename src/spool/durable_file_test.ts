// Durable files: whole or not there at all.

import assert from "node:assert/strict";
import { mkdirSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { smallDisk } from "../../test/support/small_disk.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { diskTrouble, writeAll } from "./disk.ts";
import { type DurableFile, writeAllDurably, writeDurably } from "./durable_file.ts";

function inFolder(folder: string, name: string, ...pieces: readonly string[]): DurableFile {
  return {
    temporary: join(folder, "tmp", name),
    final: join(folder, "new", name),
    mode: 0o600,
    pieces: () => pieces.map((piece) => Buffer.from(piece)),
  };
}

function emptyFolder(parent = temporaryFolder()): string {
  for (const name of ["tmp", "new"]) mkdirSync(join(parent, name));
  return parent;
}

function names(folder: string): readonly string[] {
  return [...readdirSync(join(folder, "tmp")), ...readdirSync(join(folder, "new"))];
}

test("the file is there, whole, private, under its final name only", async () => {
  const folder = emptyFolder();
  assert.deepEqual(await writeDurably(inFolder(folder, "a", "one ", "", "two")), { kind: "written" });
  assert.deepEqual(names(folder), ["a"]);
  assert.equal(readFileSync(join(folder, "new", "a"), "utf8"), "one two");
  assert.equal(statSync(join(folder, "new", "a")).mode & 0o777, 0o600);
});

test("a temporary name that is taken is refused, and its file is not touched", async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, "tmp", "a"), "somebody else's");
  assert.equal((await writeDurably(inFolder(folder, "a", "mine"))).kind, "failed");
  assert.equal(readFileSync(join(folder, "tmp", "a"), "utf8"), "somebody else's");
});

test("pieces that fail leave nothing", async () => {
  const folder = emptyFolder();
  function* pieces(): Generator<Uint8Array> {
    yield Buffer.from("half");
    throw new Error("the spool broke");
  }
  assert.deepEqual(await writeDurably({ ...inFolder(folder, "a"), pieces }), {
    kind: "failed",
    message: "the spool broke",
  });
  assert.deepEqual(names(folder), []);
});

test("of a group none appears when one cannot be written", async () => {
  const [good, bad] = [emptyFolder(), temporaryFolder()];
  assert.equal((await writeAllDurably([inFolder(good, "a", "x"), inFolder(bad, "a", "x")])).kind, "failed");
  assert.deepEqual(names(good), []);
});

test("of a group those that appeared are taken back when one cannot appear", async () => {
  const [good, bad] = [emptyFolder(), temporaryFolder()];
  mkdirSync(join(bad, "tmp"));
  assert.equal((await writeAllDurably([inFolder(good, "a", "x"), inFolder(bad, "a", "x")])).kind, "failed");
  assert.deepEqual([...names(good), ...readdirSync(join(bad, "tmp"))], []);
});

test("a hundred files into one folder at a time are all there", async () => {
  const folder = emptyFolder();
  const files = Array.from({ length: 100 }, (_, index) => inFolder(folder, String(index), `file ${index}`));
  const results = await Promise.all(files.map(writeDurably));
  assert.ok(results.every((result) => result.kind === "written"));
  assert.equal(readdirSync(join(folder, "new")).length, 100);
});

test("what the kernel says of a full device is `full`", async () => {
  const device = openSync("/dev/full", "w");
  const trouble = await writeAll(device, Buffer.from("x")).then(() => undefined, diskTrouble);
  assert.deepEqual(trouble, { kind: "full" });
});

const disk = smallDisk(65_536);
if (disk !== undefined) {
  test("a full disk is `full`, leaves nothing, and there is room again", async () => {
    const folder = emptyFolder(disk);
    assert.deepEqual(await writeDurably(inFolder(folder, "big", "x".repeat(100_000))), { kind: "full" });
    assert.deepEqual(names(folder), []);
    assert.deepEqual(await writeDurably(inFolder(folder, "small", "x".repeat(10_000))), { kind: "written" });
  });
}
