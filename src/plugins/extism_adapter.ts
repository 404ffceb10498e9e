// The only importer of Extism: makes instances of compiled modules and calls their functions, bytes in, bytes out.

import process from "node:process";
import type { ExtismPluginOptions, Plugin as ExtismPlugin } from "@extism/extism";
import type { HostRequest } from "../hooks/askable.ts";
import type { Content } from "../spool/spool.ts";
import { CallClock, type TimeLimits } from "./call_clock.ts";
import { type Asked, type CallEnd, Exchange, messageOf, type PluginLog, printable } from "./exchange.ts";
import type { GuardFacts } from "./guard/guard.ts";
import { GuestSpace } from "./guest_space.ts";
import { hostFunctions, type HostSide } from "./kernel_functions.ts";
import type { GuardedModule } from "./module_cache.ts";
import { type Allowance, Requests } from "./requests.ts";
import { Snapshot, stateOf } from "./snapshot.ts";
import { Touched } from "./touched.ts";
import type { Turns } from "./turns.ts";
import { type GuestGlobal, type GuestMemory, webAssembly } from "./web_assembly.ts";

const { createPlugin } = await importQuietly();

type GuestFunction = () => unknown;

/** The guard's arithmetic is of 32 bits, and leaves room below this. */
const lowest = -1_000_000;

/** What one call may use, and what it is about. */
export interface CallTerms extends TimeLimits {
  /** Octets of the answer, and of log lines. */
  readonly output: number;
  readonly log: number;
  /** When the call began, waiting for an instance included: a time of `performance.now`. */
  readonly began: number;
  /** Milliseconds since 1970: the time the guest knows. */
  readonly time: number;
  readonly seed: number;
  /** Absent while it is configured. */
  readonly asked?: Asked;
  readonly allowance?: Allowance;
  readonly content?: Content;
}

/**
 * One instance of a guarded plugin. Not re-entrant: the next call only after the last one ended. Extism links it and
 * keeps its memory; the exported function is called directly, since Extism's own `call` drops the return code, copies
 * the input byte by byte and costs promises.
 */
export class Guest {
  readonly #extism: ExtismPlugin;
  readonly #exports: { readonly [name: string]: unknown };
  readonly #host: HostSide;
  readonly #fuel: GuestGlobal;
  readonly #facts: GuardFacts;
  readonly #promising = new Map<string, () => Promise<unknown>>();
  #fuelUsed = 0;

  constructor(extism: ExtismPlugin, exports: { readonly [name: string]: unknown }, host: HostSide, facts: GuardFacts) {
    this.#extism = extism;
    this.#exports = exports;
    this.#host = host;
    this.#facts = facts;
    this.#fuel = exports[facts.fuel] as GuestGlobal;
    // The fuel may go below zero, where the guest's next check asks the clock.
    host.exchange.charge = (units) => this.#fuel.value = Math.max(lowest, Number(this.#fuel.value) - Math.trunc(units));
  }

  /** The exported function, or `undefined`. Its `length` is the number of its parameters. */
  exported(name: string): GuestFunction | undefined {
    const found = this.#exports[name];
    return typeof found === "function" ? found as GuestFunction : undefined;
  }

  /** Of the last call: milliseconds the guest ran, the fuel that took, and what it asked of the host, if anything. */
  get used(): { readonly cpu: number; readonly fuel: number; readonly requests: readonly HostRequest[] | undefined } {
    const { clock, requests } = this.#host;
    return { cpu: clock.ran, fuel: this.#fuelUsed, requests: requests.asked };
  }

  /** Octets of the guest's memory now. */
  get memory(): number {
    return this.#host.exchange.memory?.length ?? 0;
  }

  /** Its memory, globals and tables as they are now, to come back to; undefined if there is no way back to them. */
  snapshot(like?: Snapshot): Snapshot | undefined {
    const { memory, touched } = this.#host.exchange;
    return this.#facts.dropsSegments
      ? undefined
      : new Snapshot(stateOf(this.#exports, this.#facts, memory, touched), like);
  }

  /** Runs the export to its end, however often it is suspended. Never rejects. */
  async call(name: string, input: Uint8Array, terms: CallTerms): Promise<CallEnd> {
    const run = this.#promisingExport(name);
    if (run === undefined) return { kind: "trap", message: `it does not export ${name}` };
    const { exchange, requests, clock } = this.#host;
    exchange.asked = terms.asked;
    exchange.begin(input, terms.output, terms.log, terms.time, terms.seed);
    requests.begin(terms.time, terms.allowance, terms.content);
    clock.begin(terms, terms.began);
    try {
      this.#fuel.value = clock.start();
      const returned = await run();
      return clock.killed === undefined ? exchange.end(returned) : { kind: "killed", why: clock.killed };
    } catch (thrown) {
      return clock.killed === undefined ? exchange.endByThrow(thrown) : { kind: "killed", why: clock.killed };
    } finally {
      clock.pause();
      this.#fuelUsed = clock.fuel - Math.max(0, Number(this.#fuel.value));
      requests.end();
      exchange.clear();
      // Frees the blocks of this call; it is done when the promise is made, there is nothing to wait for.
      if (exchange.hasBlocks) void this.#extism.reset();
    }
  }

  /** Lets go of the instance; its memory is freed by the garbage collector. */
  dispose(): void {
    void this.#extism.close();
  }

  #promisingExport(name: string): (() => Promise<unknown>) | undefined {
    const known = this.#promising.get(name);
    if (known !== undefined) return known;
    const exported = this.exported(name);
    if (exported === undefined) return undefined;
    const promising = webAssembly.promising(exported);
    this.#promising.set(name, promising);
    return promising;
  }
}

export type Instantiated =
  | { readonly kind: "guest"; readonly guest: Guest }
  | { readonly kind: "failed"; readonly message: string };

/** A new instance; none of its code has run yet. Its imports must have been checked before. */
export async function instantiate(guarded: GuardedModule, turns: Turns, log: PluginLog): Promise<Instantiated> {
  const exchange = new Exchange(log);
  const clock = new CallClock(turns);
  const host: HostSide = { exchange, clock, requests: new Requests(clock) };
  try {
    // Extism's types name WebAssembly.Module, which the types of Node lack.
    const extism = await createPlugin({ wasm: [{ module: guarded.module as never }] }, optionsOf(host));
    const { exports } = await extism.getInstance() as { readonly exports: { readonly [name: string]: unknown } };
    putImage(exports, guarded);
    const { memory } = guarded.facts;
    if (memory !== undefined) {
      exchange.memory = new GuestSpace(exports[memory.name] as GuestMemory, memory.notes);
      exchange.touched = new Touched(exchange.memory);
    }
    return { kind: "guest", guest: new Guest(extism, exports, host, guarded.facts) };
  } catch (thrown) {
    return { kind: "failed", message: printable(messageOf(thrown)) };
  }
}

/** What the module's data would have done, had it been left in it. */
function putImage(exports: { readonly [name: string]: unknown }, { facts, image }: GuardedModule): void {
  for (const { name, value } of image.globals) (exports[name] as GuestGlobal).value = value;
  if (facts.memory === undefined || image.segments.length === 0) return;
  const memory = new Uint8Array((exports[facts.memory.name] as GuestMemory).buffer);
  for (const { at, octets } of image.segments) {
    if (at + octets.length > memory.length) throw new Error("a data segment lies outside its memory");
    memory.set(octets, at);
  }
}

/** No WASI, no paths, no hosts, no worker. Limits are ours: those of Extism do not hold. */
function optionsOf(host: HostSide): ExtismPluginOptions {
  return {
    useWasi: false,
    runInWorker: false,
    allowedHosts: [],
    allowedPaths: {},
    config: {},
    fetch: (): Promise<never> => Promise.reject(new Error("plugins have no HTTP")),
    logLevel: "debug",
    logger: silent,
    functions: hostFunctions(host) as unknown as NonNullable<ExtismPluginOptions["functions"]>,
  };
}

const quiet = (): void => {};
// Log lines of the guest go through our own functions; what Extism itself would print nobody can act on.
const silent = { trace: quiet, debug: quiet, info: quiet, log: quiet, warn: quiet, error: quiet } as unknown as Console;

/** On Node, Extism loads `node:wasi`, which we never use, and Node then warns the operator of it. */
async function importQuietly(): Promise<typeof import("@extism/extism")> {
  const { emitWarning } = process;
  process.emitWarning = (warning: string | Error, ...rest: never[]): void => {
    if (!String(warning).startsWith("WASI is an experimental")) emitWarning.call(process, warning, ...rest);
  };
  try {
    return await import("@extism/extism");
  } finally {
    process.emitWarning = emitWarning;
  }
}
