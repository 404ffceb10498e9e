// A process that works on a store, and says which of its changes were acknowledged.
// Arguments: path of the store; `count` and how often, `write` and a word that makes its keys its own, or `leave`.

import { writeSync } from "node:fs";
import { openStore } from "../../src/store/sqlite_store.ts";

const [path = "", task = "", what = ""] = process.argv.slice(2);
const opened = await openStore(path);
if (opened.kind === "failed") throw new Error(opened.message);
const namespace = opened.store.namespace("test");

async function count(times: number): Promise<void> {
  for (let done = 0; done < times; done++) {
    const counted = await namespace.increment("counter", 1);
    if (counted.kind !== "ok") throw new Error(JSON.stringify(counted));
  }
}

async function writeForever(word: string): Promise<never> {
  for (let number = 0;; number++) {
    const key = `${word}-${number}`;
    const stored = await namespace.set(key, JSON.stringify(key.repeat(number % 100)));
    if (stored.kind === "ok") writeSync(1, `${key}\n`);
  }
}

if (task === "write") await writeForever(what);
await count(Number(what));
if (task !== "leave") await opened.store.close();
