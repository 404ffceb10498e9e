// The store on a disk: batches, bounds, loss that is counted, and records found again by their code.

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Fields } from "../log/log.ts";
import { newSessionCode } from "./code.ts";
import { explainRecord } from "./explain.ts";
import { findDecisions } from "./find.ts";
import { Journal } from "./journal.ts";
import { formatRecord } from "./record.ts";

const plenty = { size: 64 * 1024 * 1024, age: 86_400_000 };

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-journal-"));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lineOf(id: string, why = "w"): string {
  const steps = [{ at: 1, hook: "rcpt", plugin: "q", found: "fail", why }];
  return formatRecord({ id, session: id.replace(/\..*/, ""), began: Date.now(), client: "192.0.2.1", steps });
}

async function until(ready: () => boolean): Promise<void> {
  for (let tries = 0; !ready() && tries < 500; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  ok(ready());
}

test("lines are written without being waited for, many in one file that its owner alone may read", async () => {
  await inFolder(async (folder) => {
    const store = join(folder, "decisions");
    const journal = new Journal(store, plenty, () => {});
    for (let count = 0; count < 1000; count++) journal.put(`${count}`);
    await until(() => readdirSync(folder).length === 1 && readdirSync(store).length === 1);
    journal.put("last");
    await journal.close();
    const [name = ""] = readdirSync(store);
    equal(
      readFileSync(join(store, name), "latin1"),
      [...Array.from({ length: 1000 }, (_, i) => i), "last", ""].join("\n"),
    );
    equal(statSync(join(store, name)).mode & 0o777, 0o600);
    equal(statSync(store).mode & 0o777, 0o700);
  });
});

test("the folder keeps its size, the oldest goes first, whoever wrote it", async () => {
  await inFolder(async (folder) => {
    const open = (): Journal => new Journal(folder, { ...plenty, size: 1024 * 1024 }, () => {});
    const first = newSessionCode();
    for (let process = 0; process < 8; process++) {
      const journal = open();
      if (process === 0) journal.put(lineOf(first));
      for (let count = 0; count < 6; count++) {
        for (let line = 0; line < 100; line++) journal.put("x".repeat(999));
        await new Promise((resolve) => setTimeout(resolve, process === 0 ? 250 : 0));
      }
      await journal.close();
    }
    const last = newSessionCode();
    const journal = open();
    journal.put(lineOf(last));
    await journal.close();
    const octets = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    ok(octets > 256 * 1024 && octets < 1024 * 1024 + 1000, `${octets} octets`);
    equal((await findDecisions(folder, last)).length, 1);
    equal((await findDecisions(folder, first)).length, 0);
  });
});

test("what is too old goes", async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "old.jsonl"), "x\n");
    utimesSync(join(folder, "old.jsonl"), new Date(0), new Date(0));
    writeFileSync(join(folder, "not ours.txt"), "x\n");
    utimesSync(join(folder, "not ours.txt"), new Date(0), new Date(0));
    const journal = new Journal(folder, plenty, () => {});
    journal.put("x");
    await journal.close();
    deepEqual(readdirSync(folder).filter((name) => !/^[0-9a-z]{7}-/.test(name)), ["not ours.txt"]);
  });
});

test("when the disk takes nothing, lines are counted and lost, and it goes on when it does again", async () => {
  await inFolder(async (folder) => {
    const told: (Fields | undefined)[] = [];
    writeFileSync(join(folder, "decisions"), "a file in the place of the folder");
    const store = join(folder, "decisions");
    const journal = new Journal(
      store,
      plenty,
      (_level, message, fields) => void (told.push(fields), match(message, /not kept/)),
    );
    for (let count = 0; count < 7; count++) journal.put("x");
    await until(() => told.length === 1);
    equal(told[0]?.["records"], 7);
    match(String(told[0]?.["why"]), /EEXIST|ENOTDIR/);
    rmSync(store);
    const code = newSessionCode();
    journal.put(lineOf(code));
    await journal.close();
    equal((await findDecisions(store, code)).length, 1);
  });
});

test("memory is bounded: what comes faster than it can be written is dropped and counted", async () => {
  await inFolder(async (folder) => {
    let lost = 0;
    const journal = new Journal(
      folder,
      plenty,
      (_level, _message, fields) => void (lost += Number(fields?.["records"])),
    );
    for (let count = 0; count < 100; count++) journal.put("x".repeat(100_000));
    await journal.close();
    const kept = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / 100_001;
    ok(kept >= 40 && kept < 42, `${kept}`);
    equal(kept + lost, 100);
  });
});

test("a code gives its transaction, that of a session all of it; half a line is no record", async () => {
  await inFolder(async (folder) => {
    const [session, other] = [newSessionCode(), newSessionCode()];
    const write = (name: string, ids: readonly string[]): void => {
      writeFileSync(
        join(folder, `${name}.jsonl`),
        ids.map((id) => `${lineOf(id)}\n`).join("") + lineOf(`${session}.9`).slice(0, -20),
      );
    };
    write("a", [`${session}.1`, other, `${session}.10`]);
    write("b", [`${session}.2`, session]);
    const ids = async (code: string): Promise<readonly string[]> =>
      (await findDecisions(folder, code)).map(({ id }) => id);
    deepEqual(await ids(`${session}.1`), [`${session}.1`]);
    deepEqual(await ids(`${session}.9`), []);
    deepEqual(await ids(session), [session, `${session}.1`, `${session}.2`, `${session}.10`]);
    deepEqual(await ids(newSessionCode()), []);
    deepEqual(await findDecisions(join(folder, "nowhere"), session), []);
  });
});

test("a record explained: who, what, every step, nothing that moves a terminal", () => {
  const lines = explainRecord({
    id: "1ke4z8q-7m2px40.1",
    session: "1ke4z8q-7m2px40",
    began: 0,
    client: "192.0.2.1",
    hello: "client.test",
    from: "<>",
    to: ["<b@example.net>"],
    omitted: 2,
    steps: [
      {
        at: 1,
        hook: "connect",
        plugin: "dnsbl",
        found: "fail, late",
        why: "\u001b[2J",
        micros: 120,
        fuel: 4000,
        score: -1,
      },
      {
        at: 20,
        hook: "rcpt",
        about: "<c@example.net>",
        plugin: "greylisting",
        found: "plugin failed",
        failure: "cpu",
        why: "it ran",
        answered: "defer",
      },
      { at: 21, reply: 451, text: "4.3.0 Later", by: "greylisting", why: "it ran" },
      { at: 1000, fate: "accepted", codes: "250", size: 12, why: "stored" },
    ],
  });
  deepEqual(lines, [
    "code      1ke4z8q-7m2px40.1",
    "began     1970-01-01T00:00:00.000Z",
    "client    192.0.2.1",
    "hello     client.test",
    "from      <>",
    "to        <b@example.net>",
    "",
    " after  hook                  who          what                                        us  fuel  why",
    "0.001s  connect               dnsbl        fail, late, score -1                       120  4000  \\u{1b}[2J",
    "0.020s  rcpt <c@example.net>  greylisting  plugin failed                                         cpu: it ran; told as its on_error says: defer",
    "0.021s                        greylisting  reply 451 4.3.0 Later                                 because: it ran",
    "1.000s                        delivery     message accepted, 12 octets, answered 250             stored",
    "",
    "2 further steps were left out: there was no room for them",
  ]);
});
