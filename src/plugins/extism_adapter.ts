// The only importer of Extism: makes instances of compiled modules and calls their functions, bytes in, bytes out.

import process from "node:process";
import type { ExtismPluginOptions, Plugin as ExtismPlugin } from "@extism/extism";
import { type CallEnd, Exchange, messageOf, type PluginLog, printable } from "./exchange.ts";
import { hostFunctions } from "./kernel_functions.ts";
import { type CompiledModule, type GuestMemory, webAssembly } from "./web_assembly.ts";

const { createPlugin } = await importQuietly();

type GuestFunction = () => unknown;

/**
 * One instance of a plugin. Not re-entrant: the next call only after the last one returned. Extism links it and keeps
 * its memory; the exported function is called directly, since Extism's own `call` drops the return code, copies the
 * input byte by byte and costs promises.
 */
export class Guest {
  readonly #extism: ExtismPlugin;
  readonly #exports: { readonly [name: string]: unknown };
  readonly #exchange: Exchange;

  constructor(extism: ExtismPlugin, exports: { readonly [name: string]: unknown }, exchange: Exchange) {
    this.#extism = extism;
    this.#exports = exports;
    this.#exchange = exchange;
  }

  /** The exported function, or `undefined`. Its `length` is the number of its parameters. */
  exported(name: string): GuestFunction | undefined {
    const found = this.#exports[name];
    return typeof found === "function" ? found as GuestFunction : undefined;
  }

  /** Runs the export to its end, synchronously. Never throws. `answerLimit` is in octets. */
  call(name: string, input: Uint8Array, answerLimit: number): CallEnd {
    const run = this.exported(name);
    if (run === undefined) return { kind: "trap", message: `it does not export ${name}` };
    const exchange = this.#exchange;
    exchange.begin(input, answerLimit);
    try {
      return exchange.end(run());
    } catch (thrown) {
      return exchange.endByThrow(thrown);
    } finally {
      exchange.clear();
      // Frees the blocks of this call; it is done when the promise is made, there is nothing to wait for.
      void this.#extism.reset();
    }
  }

  /** Lets go of the instance; its memory is freed by the garbage collector. */
  dispose(): void {
    void this.#extism.close();
  }
}

export type Instantiated =
  | { readonly kind: "guest"; readonly guest: Guest }
  | { readonly kind: "failed"; readonly message: string };

/** A new instance, after its start function and `_initialize`. Its imports must have been checked before. */
export async function instantiate(module: CompiledModule, log: PluginLog): Promise<Instantiated> {
  const exchange = new Exchange(log);
  try {
    // Extism's types name WebAssembly.Module, which the types of Node lack.
    const extism = await createPlugin({ wasm: [{ module: module as never }] }, optionsOf(exchange));
    const { exports } = await extism.getInstance() as { readonly exports: { readonly [name: string]: unknown } };
    if (exports["memory"] instanceof webAssembly.Memory) exchange.memory = exports["memory"] as GuestMemory;
    return { kind: "guest", guest: new Guest(extism, exports, exchange) };
  } catch (thrown) {
    return { kind: "failed", message: printable(messageOf(thrown)) };
  }
}

/** No WASI, no paths, no hosts, no worker. Limits are ours: those of Extism do not hold. */
function optionsOf(exchange: Exchange): ExtismPluginOptions {
  return {
    useWasi: false,
    runInWorker: false,
    allowedHosts: [],
    allowedPaths: {},
    config: {},
    fetch: (): Promise<never> => Promise.reject(new Error("plugins have no HTTP")),
    logLevel: "debug",
    logger: silent,
    functions: hostFunctions(exchange) as unknown as NonNullable<ExtismPluginOptions["functions"]>,
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
