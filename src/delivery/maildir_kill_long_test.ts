// kill -9 at any moment: what was acknowledged is there, and nothing is there in part.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";

const writer = fileURLToPath(new URL("../../test/support/maildir_writer.ts", import.meta.url));
const kills = 10;

test(`killed ${kills} times, every acknowledged message is in the Maildir, and every message there is whole`, async () => {
  const folder = temporaryFolder();
  const acknowledged: string[] = [];
  for (let run = 0; run < kills; run++) acknowledged.push(...await writeUntilKilled(folder, run));
  const found = new Set(
    readdirSync(join(folder, "maildir", "new")).map((name) => {
      const text = readFileSync(join(folder, "maildir", "new", name), "latin1");
      const id = /^X-Id: (.*)\r$/m.exec(text)?.[1] ?? "";
      const count = Number(id.split("-").at(-1));
      const body = text.slice(text.indexOf("\r\n\r\n") + 4);
      assert.ok(
        body === `${"0123456789abcdef\r\n".repeat((count * 997) % 5000)}end of ${id}\r\n`,
        `${name} is not whole`,
      );
      return id;
    }),
  );
  assert.ok(acknowledged.length > kills, `only ${acknowledged.length} messages were acknowledged`);
  assert.deepEqual(acknowledged.filter((id) => !found.has(id)), []);
});

/** The acknowledged names; the process is killed a random time after its first. */
function writeUntilKilled(folder: string, run: number): Promise<readonly string[]> {
  // `deno run` must be told what the file may do; the others take the file as it is.
  const start = process.versions.deno === undefined ? [writer] : ["run", "--allow-all", "--no-check", writer];
  const child = spawn(process.execPath, [...start, folder, join(folder, "maildir"), `run${run}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    let said = "";
    child.stdout.setEncoding("latin1");
    child.stdout.on("data", (text: string) => {
      if (said === "") setTimeout(() => child.kill("SIGKILL"), Math.random() * 150);
      said += text;
    });
    child.on("error", reject);
    // The part behind the last line end was never said whole.
    child.on("close", () => resolve(said.split("\n").slice(0, -1)));
  });
}
