// The imports of a plugin: Extism's `extism:host/env` with quotas, and our own `qpsmtpd`, straight to guest memory.

import { hostCapabilities } from "../../sdk/contract/manifest.ts";
import type { CallClock } from "./call_clock.ts";
import { decodeJson } from "./decode_json.ts";
import { Exchange, type LogLevel } from "./exchange.ts";
import { reservedModule, tickName, wasiModule } from "./guard/reserved_names.ts";
import { limits } from "./limits.ts";
import type { Requests } from "./requests.ts";
import { wasiFunctions } from "./wasi.ts";
import type { ModuleImport } from "./web_assembly.ts";

/** What we need of Extism's memory. An address is a block's number in the upper 16 bits, an offset in the lower 48. */
export interface Kernel {
  alloc(size: number): bigint;
  read(address: bigint): { readonly buffer: ArrayBufferLike } | null;
}

// `never` accepts every list of parameters: a guest's numbers arrive as number (i32) or bigint (i64).
// Extism suspends the guest for functions that are declared `async`, and for no others.
export type HostFunction = (kernel: Kernel, ...args: never[]) => number | bigint | void | Promise<number | bigint>;
type HostFunctions = { readonly [namespace: string]: { readonly [name: string]: HostFunction } };

/**
 * What a plugin may import. Not Extism's `http_request`, which follows redirects anywhere: it cannot be replaced either,
 * since Extism puts its own in the place of ours.
 */
export const importable: { readonly [namespace: string]: ReadonlySet<string> } = {
  "extism:host/env": new Set([
    ...["alloc", "free", "length", "length_unsafe", "load_u8", "load_u64", "store_u8", "store_u64"],
    ...["input_offset", "input_length", "input_load_u8", "input_load_u64", "output_set", "error_set", "error_get"],
    ...["log_trace", "log_debug", "log_info", "log_warn", "log_error", "get_log_level"],
    ...["config_get", "var_get", "var_set"],
  ]),
  "extism:host/user": new Set(hostCapabilities),
  [reservedModule]: new Set([tickName]),
  [wasiModule]: new Set(Object.keys(wasiFunctions(new Exchange(() => {})))),
  qpsmtpd: new Set(["event_length", "event_read", "answer_write", "host_call", "host_result", "content_read"]),
};

/** What a guest's imports lead to, one of each for every instance. */
export interface HostSide {
  readonly exchange: Exchange;
  readonly requests: Requests;
  readonly clock: CallClock;
}

/** Is this an import that the host provides? */
export function isImportable(wanted: ModuleImport): boolean {
  if (wanted.kind !== "function" || !Object.hasOwn(importable, wanted.module)) return false;
  return importable[wanted.module]?.has(wanted.name) ?? false;
}

/** The functions of one instance; those of Extism that are not here stay Extism's own. */
export function hostFunctions(host: HostSide): HostFunctions {
  const { exchange, clock } = host;
  return {
    [reservedModule]: { [tickName]: async (): Promise<number> => await clock.tick() },
    [wasiModule]: priced(wasiFunctions(exchange), host),
    qpsmtpd: priced({
      event_length: (): number => exchange.input.byteLength,
      event_read: (_kernel, pointer: number): void => exchange.readEvent(pointer),
      answer_write: (_kernel, pointer: number, length: number): void => exchange.writeAnswer(pointer, length),
      ...requestFunctions(host),
    }, host),
    "extism:host/user": userFunctions(host),
    "extism:host/env": priced({
      ...inputFunctions(exchange),
      ...outputFunctions(exchange),
      ...logFunctions(exchange),
      ...withheldFunctions(),
    }, host),
  };
}

/** What each call of a host function costs in fuel, besides what it does. */
const priceOfCall = 500;
const priceOfRequest = 20_000;

/** Extism tells functions that suspend by their being declared `async`; these charge for themselves. */
function priced(functions: HostFunctions[string], { exchange }: HostSide): HostFunctions[string] {
  const wrapped = Object.entries(functions).map(([name, run]): [string, HostFunction] => {
    if (run.constructor.name === "AsyncFunction") return [name, run];
    return [name, (kernel, ...args) => {
      exchange.charge(priceOfCall);
      return run(kernel, ...args);
    }];
  });
  return Object.fromEntries(wrapped);
}

/** Requests of guests that share their memory with the host. */
function requestFunctions({ exchange, requests }: HostSide): { readonly [name: string]: HostFunction } {
  return {
    host_call: async (_kernel, pointer: number, length: number): Promise<number> => {
      exchange.charge(priceOfRequest);
      exchange.result = await requests.ask(exchange.readRequest(pointer, length));
      return exchange.result.byteLength;
    },
    host_result: (_kernel, pointer: number): void => exchange.readResult(pointer),
    content_read: async (_kernel, offset: number, length: number, pointer: number): Promise<number> => {
      const wanted = Math.min(length >>> 0, limits.contentRead);
      exchange.charge(priceOfRequest);
      exchange.checkPlace("content_read", pointer, wanted);
      const octets = await requests.content(Math.max(0, Math.trunc(offset)), wanted);
      if (octets === undefined) return -1;
      exchange.writeContent(pointer, octets);
      return octets.byteLength;
    },
  };
}

function userFunctions(host: HostSide): { readonly [name: string]: HostFunction } {
  return Object.fromEntries([...importable["extism:host/user"] ?? []].map((name) => [name, userFunction(host, name)]));
}

/** Requests by Extism's convention: the address of a block with JSON in, the address of another out. */
function userFunction({ exchange, requests }: HostSide, capability: string): HostFunction {
  return async (kernel, address: bigint): Promise<bigint> => {
    exchange.charge(priceOfRequest);
    const block = blockAt(kernel, address);
    if (block.byteLength > limits.request) {
      throw new Error(`${capability}: a request has at most ${limits.request} octets`);
    }
    const decoded = decodeJson(block.slice());
    const result = await requests.askFor(capability, decoded.kind === "bad" ? undefined : decoded.value);
    exchange.spend(result.byteLength);
    return copyInto(kernel, result);
  };
}

function inputFunctions(exchange: Exchange): { readonly [name: string]: HostFunction } {
  return {
    alloc: (kernel, size: bigint): bigint => {
      const octets = Number(BigInt.asUintN(64, size));
      exchange.spend(octets);
      return kernel.alloc(octets);
    },
    input_length: (): bigint => BigInt(exchange.input.byteLength),
    input_offset: (kernel): bigint => {
      exchange.inputAddress ||= copyInto(kernel, exchange.input);
      return exchange.inputAddress;
    },
    // Past the end is 0, as in Extism's own kernel.
    input_load_u8: (_kernel, offset: bigint): number => exchange.input[offsetOf(offset)] ?? 0,
    input_load_u64: (_kernel, offset: bigint): bigint => {
      const { input } = exchange;
      const at = offsetOf(offset);
      if (at + 8 > input.byteLength) return 0n;
      return new DataView(input.buffer, input.byteOffset + at, 8).getBigUint64(0, true);
    },
  };
}

function outputFunctions(exchange: Exchange): { readonly [name: string]: HostFunction } {
  return {
    output_set: (kernel, address: bigint, length: bigint): void => {
      const [block, from] = [blockAt(kernel, address), offsetOf(address)];
      const octets = Number(BigInt.asUintN(64, length));
      if (from + octets > block.byteLength) throw new Error("output_set: longer than the block of memory");
      // No copy: the block is thrown away after the call, and nothing runs between its end and ours.
      exchange.setOutput(block.subarray(from, from + octets));
    },
    error_set: (kernel, address: bigint): void => {
      if (address === 0n) return exchange.setError(0n, "");
      exchange.setError(address, textOf(blockAt(kernel, address), 4096));
    },
    error_get: (): bigint => exchange.errorAddress,
  };
}

function logFunctions(exchange: Exchange): { readonly [name: string]: HostFunction } {
  const logger = (level: LogLevel): HostFunction => (kernel, address: bigint): void =>
    exchange.log(level, () => textOf(blockAt(kernel, address), 4096));
  return {
    log_trace: (): void => {},
    log_debug: logger("debug"),
    log_info: logger("info"),
    log_warn: logger("warn"),
    log_error: logger("error"),
  };
}

/** What Extism would give and we do not: its variables outlive a call, and settings come by `configure`. */
function withheldFunctions(): { readonly [name: string]: HostFunction } {
  return {
    config_get: (): bigint => 0n,
    var_get: (): bigint => 0n,
    var_set: (): void => {
      throw new Error("var_set: there are no variables, use notes");
    },
  };
}

function copyInto(kernel: Kernel, bytes: Uint8Array): bigint {
  const address = kernel.alloc(bytes.byteLength);
  blockAt(kernel, address).set(bytes);
  return address;
}

function blockAt(kernel: Kernel, address: bigint): Uint8Array {
  const block = kernel.read(address);
  if (block === null) throw new Error("it passed an address that it never allocated");
  return new Uint8Array(block.buffer);
}

function offsetOf(address: bigint): number {
  return Number(BigInt.asUintN(48, address));
}

function textOf(bytes: Uint8Array, most: number): string {
  return new TextDecoder().decode(bytes.subarray(0, most));
}
