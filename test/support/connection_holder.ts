// A process that holds connections of shared counts: told by lines what to admit, and it says what came of it.
// Arguments: path of the file, limits in all, of an address and of a network.

import { createInterface } from "node:readline";
import { SharedCounts } from "../../src/limits/shared_connection_counts.ts";
import { OverloadWatch } from "../../src/limits/sample.ts";
import { openTallies } from "../../src/store/tallies.ts";

const [path = "", all, address, network] = process.argv.slice(2);
const limits = { all: Number(all), address: Number(address), network: Number(network) };
const opened = await openTallies(path);
if (opened.kind === "failed") throw new Error(opened.message);
const counts = new SharedCounts({
  rules: {
    limits: () => limits,
    keysOf: (address) => ({ address, network: address.split(".")[0] ?? "" }),
  },
  tallies: opened.tallies,
  log: (_level, message, fields) => console.error(message, fields),
  patience: 10_000,
});
new OverloadWatch({
  spool: ".",
  marks: () => ({ loopLag: 0, heap: 0, spoolFree: 0, openFiles: 0 }),
  log: () => {},
});
const releases: (() => void)[] = [];

/** Tries so often, and says how often it was admitted. */
async function admit(address: string, times: number): Promise<void> {
  let admitted = 0;
  for (let tried = 0; tried < times; tried++) {
    const admission = await counts.admit(address);
    if (admission.kind === "refused") continue;
    admitted++;
    releases.push(admission.release);
  }
  console.log(`admitted ${admitted}`);
}

/** Admits and releases one after another, and says how often it found no room. */
async function churn(address: string, times: number): Promise<void> {
  let refused = 0;
  for (let tried = 0; tried < times; tried++) {
    const admission = await counts.admit(address);
    if (admission.kind === "refused") refused++;
    else admission.release();
    await new Promise((resolve) => setImmediate(resolve));
  }
  console.log(`refused ${refused}`);
}

/** Answers when the others can know of it. */
async function release(): Promise<void> {
  for (const release of releases.splice(0)) release();
  await new Promise((resolve) => setTimeout(resolve, 200));
  console.log("released");
}

console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const [verb = "", address = "", times = "1"] = line.split(" ");
  if (verb === "admit") await admit(address, Number(times));
  if (verb === "churn") await churn(address, Number(times));
  if (verb === "release") await release();
}
// Nothing is closed here: what a worker counts and watches must not keep it alive.
