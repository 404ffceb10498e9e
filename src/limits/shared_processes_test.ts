// Shared counts among real processes on all three runtimes at once: limits are exact, and the dead hold nothing.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { projectRoot } from "../../test/support/runtimes.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { openTallies } from "../store/tallies.ts";
import { SharedCounts } from "./shared_connection_counts.ts";

const folder = temporaryFolder();
const holder = fileURLToPath(new URL("../../test/support/connection_holder.ts", import.meta.url));
const commands: readonly (readonly string[])[] = [["node"], ["deno", "run", "--quiet", "-A", "--no-check"], ["bun"]];

const started: ChildProcess[] = [];
after(() => {
  for (const child of started) child.kill("SIGKILL");
});

interface Holder {
  readonly child: ChildProcess;
  /** Sends a line and gives the one that answers it. */
  ask(line: string): Promise<string>;
}

async function start(command: readonly string[], path: string, limits: readonly number[]): Promise<Holder> {
  const [program = "", ...args] = command;
  const child = spawn(join(projectRoot, "node_modules/.bin", program), [...args, holder, path, ...limits.map(String)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  started.push(child);
  const lines: Interface = createInterface({ input: child.stdout });
  const answer = async (): Promise<string> => String((await once(lines, "line"))[0]);
  assert.equal(await answer(), "ready");
  return {
    child,
    ask: (line) => {
      child.stdin.write(`${line}\n`);
      return answer();
    },
  };
}

async function kill({ child }: Holder): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function mine(path: string, limits: readonly [all: number, address: number]): Promise<SharedCounts> {
  const opened = await openTallies(path);
  if (opened.kind === "failed") throw new Error(opened.message);
  const rules = {
    limits: () => ({ all: limits[0], address: limits[1], network: Infinity }),
    keysOf: (address: string) => ({ address, network: address.split(".")[0] ?? "" }),
  };
  return new SharedCounts({ rules, tallies: opened.tallies, log: () => assert.fail("logged"), patience: 10_000 });
}

test("processes that race for the last places get them all, and not one more", { timeout: 60_000 }, async () => {
  const path = join(folder, "race.sqlite");
  const holders = await Promise.all(commands.map((command) => start(command, path, [1000, 100, 1000])));
  const answers = await Promise.all(holders.map((each) => each.ask("admit a.1 80")));
  const admitted = answers.map((answer) => Number(answer.split(" ")[1]));
  assert.equal(admitted.reduce((sum, each) => sum + each, 0), 100, answers.join());
  await Promise.all(holders.map((each) => each.ask("release")));
  // At most two at a time where there is room for 100.
  const refused = await Promise.all(holders.slice(1).map((each) => each.ask("churn a.1 200")));
  assert.deepEqual(refused, ["refused 0", "refused 0"]);
  await Promise.all(holders.map(kill));
});

test("what a killed process held is free again: forgotten by its parent, or found by who starts next", {
  timeout: 60_000,
}, async () => {
  const path = join(folder, "kill.sqlite");
  const counts = await mine(path, [1000, 90]);
  const [node, deno, bun] = await Promise.all(commands.map((command) => start(command, path, [1000, 90, 1000])));
  assert.ok(node !== undefined && deno !== undefined && bun !== undefined);
  for (const each of [node, deno, bun]) assert.equal(await each.ask("admit a.1 30"), "admitted 30");
  assert.equal((await counts.admit("a.1")).kind, "refused");
  await kill(node);
  assert.equal((await counts.admit("a.1")).kind, "refused", "nobody has noticed");
  await counts.forget(node.child.pid ?? 0);
  assert.equal(await deno.ask("admit a.1 40"), "admitted 30");
  await kill(bun);
  assert.equal((await counts.admit("a.1")).kind, "refused");
  const next = await start(["node"], path, [1000, 90, 1000]);
  assert.equal(await next.ask("admit a.1 40"), "admitted 30");
  await kill(next);
  await kill(deno);
  counts.close();
});

for (const command of commands) {
  test(`neither counting nor watching keeps a process alive: ${command[0]}`, { timeout: 20_000 }, async () => {
    const { ask, child } = await start(command, join(folder, `leave-${command[0]}.sqlite`), [9, 9, 9]);
    assert.equal(await ask("admit a.1"), "admitted 1");
    child.stdin?.end();
    assert.deepEqual(await once(child, "exit"), [0, null]);
  });
}
