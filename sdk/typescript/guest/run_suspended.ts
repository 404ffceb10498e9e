// Run by suspension_test.ts on each runtime: suspends guests in the midst of their calls, and prints what came of it.

import { readFile } from "node:fs/promises";
import process from "node:process";
import { setTimeout as later } from "node:timers/promises";
import { type BareCall, type BareGuest, openBare } from "../bare_host.ts";
import { argumentEvent } from "../testing.ts";

/** What is printed, as JSON. */
export interface SuspendedRuns {
  readonly sequence: unknown;
  readonly thrown: string;
  readonly refused: unknown;
  readonly afterwards: unknown;
  readonly deep: unknown;
  readonly recursion: unknown;
  readonly awaited: unknown;
  readonly loop: unknown;
  readonly read: unknown;
  /** The order in which the host was asked by two guests, and what each of them answered. */
  readonly interleaved: { readonly order: readonly string[]; readonly answers: readonly unknown[] };
}

const order: string[] = [];
const quickIsThrough = Promise.withResolvers<void>();
let counter = 0;

async function fulfil({ request }: { readonly request: unknown }): Promise<object> {
  const { key = "" } = request as { readonly key?: string };
  order.push(key);
  if (key === "quick2") quickIsThrough.resolve();
  await (key === "slow1" ? Promise.race([quickIsThrough.promise, later(5000, undefined, { ref: false })]) : later(1));
  if (key === "refused") return { error: { code: "full", message: "there is no room" } };
  if (key === "count") counter += 1;
  return { value: { value: key === "count" ? counter : `${key}!` } };
}

async function open(): Promise<BareGuest> {
  const wasm = new Uint8Array(await readFile(process.argv[2] ?? ""));
  return await openBare(wasm, {
    fulfil,
    // Three octets at a time, as a host may do.
    readContent: async (offset, length) => {
      await later(1);
      return Uint8Array.from({ length: Math.max(0, Math.min(3, length, 20 - offset)) }, (_, i) => offset + i);
    },
  });
}

function value({ answer, error }: BareCall): unknown {
  return error ?? JSON.parse(JSON.parse(answer ?? "").text);
}

async function main(): Promise<SuspendedRuns> {
  const [one, two] = [await open(), await open()];
  const ask = (guest: BareGuest, argument: string): Promise<BareCall> => {
    return guest.callSuspended("noop", argumentEvent({ argument }));
  };
  const runs = {
    sequence: value(await ask(one, "sequence")),
    thrown: (await ask(one, "thrown")).error ?? "",
    refused: value(await ask(one, "refused")),
    afterwards: value(await ask(one, "sequence")),
    deep: value(await ask(one, "deep")),
    recursion: value(await ask(one, "recursion")),
    awaited: value(await one.callSuspended("vrfy", argumentEvent())),
    loop: value(await ask(one, "loop")),
    read: value(await ask(one, "read")),
  };
  order.length = 0;
  const answers = (await Promise.all([ask(one, "pair slow"), ask(two, "pair quick")])).map(value);
  return { ...runs, interleaved: { order, answers } };
}

console.log(JSON.stringify(await main()));
