import assert from "node:assert/strict";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { eventually } from "../../test/support/eventually.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { watchFolders } from "./watch_folders.ts";

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Changes the folders one after the other; whether the changes came together, and no pause of the machine between. */
async function changeAll(folders: readonly string[]): Promise<boolean> {
  const began = performance.now();
  for (const folder of folders) {
    for (let count = 0; count < 5; count++) writeFileSync(join(folder, "new"), `new ${count}`);
    renameSync(join(folder, "new"), join(folder, "list"));
    await wait(50);
  }
  return performance.now() - began < 180;
}

test("many changes that come together are told once, also those by renaming; and none after closing", async () => {
  const folders = [temporaryFolder(), temporaryFolder()];
  for (const folder of folders) writeFileSync(join(folder, "list"), "old");
  let told = 0;
  const failed: string[] = [];
  const watching = watchFolders([...folders, ...folders], { changed: () => told++, failed: (why) => failed.push(why) });
  const isTold = (): Promise<true> => eventually(() => "nothing was told", () => told > 0 ? true : undefined);
  let together = false;
  for (let tries = 0; tries < 20 && !together; tries++) {
    told = 0;
    together = await changeAll(folders);
    await isTold();
    await wait(400);
  }
  assert.ok(together, "the machine is too busy for anything to come together");
  assert.equal(told, 1);
  told = 0;
  writeFileSync(join(folders[0] ?? "", "list"), "again");
  await isTold();
  await wait(400);
  assert.equal(told, 1);
  writeFileSync(join(folders[0] ?? "", "list"), "last");
  await wait(50);
  watching.close();
  await wait(400);
  assert.deepEqual([told, failed], [1, []]);
});

test("who never stops writing is waited for two seconds", async () => {
  const folder = temporaryFolder();
  let told = 0;
  const watching = watchFolders([folder], { changed: () => told++, failed: () => {} });
  for (let left = 55; left > 0 && told === 0; left--) {
    writeFileSync(join(folder, "log"), String(left));
    await wait(50);
  }
  watching.close();
  assert.equal(told, 1);
});

test("a folder that is not there is told, and the others are watched", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "there"));
  const failed: string[] = [];
  let told = 0;
  const watching = watchFolders([join(folder, "gone"), join(folder, "there")], {
    changed: () => told++,
    failed: (where, why) => failed.push(`${where} ${why}`),
  });
  writeFileSync(join(folder, "there/file"), "new");
  await eventually(() => "nothing was told", () => told > 0 ? true : undefined);
  await wait(400);
  watching.close();
  assert.equal(told, 1);
  assert.match(failed.join("\n"), /^\S+\/gone ENOENT/);
});
