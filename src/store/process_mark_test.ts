// Which processes are surely dead: never one that may be alive.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isSurelyDead, ownMark, type ProcessMark } from "./process_mark.ts";

const here = ownMark();

const rows: readonly [title: string, mark: ProcessMark, from: ProcessMark, dead: boolean][] = [
  ["this process lives", here, here, false],
  ["its pid with another beginning is another process", { ...here, began: "1" }, here, true],
  ["a pid that nobody has", { ...here, pid: 4_194_304 }, here, true],
  ["before this boot", { ...here, boot: "another" }, here, true],
  ["in another namespace a pid says nothing", { ...here, namespace: "another", began: "1" }, here, false],
  ["a mark without a boot says nothing", { ...here, boot: "", began: "1" }, here, false],
  ["nor does one without a beginning", { ...here, pid: 4_194_304, began: "" }, here, false],
  ["who cannot look itself cannot tell", { ...here, began: "1" }, { ...here, boot: "", began: "" }, false],
  ["nor who knows the boot alone", { ...here, began: "1" }, { ...here, began: "" }, false],
];

for (const [title, mark, from, dead] of rows) {
  test(title, () => assert.equal(isSurelyDead(mark, from), dead));
}

/** The child ends only when its parent has become one that waits for nobody: `sh` would have buried it. */
const parentOfTheDead = `
  (until read name < /proc/$$/comm && [ "$name" = sleep ]; do :; done) &
  echo $!
  exec sleep 60`;

test("an ended process that nobody waited for is dead", async () => {
  const child = spawn("sh", ["-c", parentOfTheDead], { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = await once(child.stdout, "data") as [Uint8Array];
  const pid = Number(new TextDecoder().decode(line));
  let stat: readonly string[] = [];
  do stat = readFileSync(`/proc/${pid}/stat`, "latin1").split(" "); while (stat[2] !== "Z");
  assert.ok(isSurelyDead({ ...here, pid, began: stat[21] ?? "" }, here));
  child.kill();
  await once(child, "exit");
});
