// WASI for guests that were built with it: no files, no arguments, no environment; what they print goes to the log.

import type { Exchange } from "./exchange.ts";
import type { HostFunction } from "./kernel_functions.ts";

/** Error numbers of WASI preview 1. */
const success = 0;
const badDescriptor = 8;
const notSupported = 52;

/** Octets of one write that reach the log. */
const mostLogged = 4096;

/** The functions that exist; everything else of WASI is refused when the plugin is loaded. */
export function wasiFunctions(exchange: Exchange): { readonly [name: string]: HostFunction } {
  const none = (): number => success;
  const closed = (): number => badDescriptor;
  const twoZeros: HostFunction = (_kernel, first: number, second: number): number => {
    exchange.writeNumber("wasi", first, 0);
    exchange.writeNumber("wasi", second, 0);
    return success;
  };
  return {
    args_sizes_get: twoZeros,
    environ_sizes_get: twoZeros,
    args_get: none,
    environ_get: none,
    sched_yield: none,
    clock_res_get: (_kernel, _clock: number, to: number): number => writeTime(exchange, to, 1_000_000n),
    clock_time_get: (_kernel, _clock: number, _precision: bigint, to: number): number => {
      return writeTime(exchange, to, BigInt(Math.trunc(exchange.time)) * 1_000_000n);
    },
    random_get: (_kernel, to: number, length: number): number => {
      exchange.fillRandom(to, length);
      return success;
    },
    fd_write: (_kernel, descriptor: number, vectors: number, count: number, written: number): number => {
      return writeVectors(exchange, descriptor, vectors >>> 0, count >>> 0, written >>> 0);
    },
    fd_close: closed,
    fd_read: closed,
    fd_seek: closed,
    fd_fdstat_get: closed,
    fd_fdstat_set_flags: closed,
    fd_prestat_get: closed,
    fd_prestat_dir_name: closed,
    path_open: closed,
    poll_oneoff: (): number => notSupported,
    proc_exit: (_kernel, code: number): void => {
      throw new Error(`it called exit with ${code}`);
    },
  };
}

function writeTime(exchange: Exchange, to: number, nanoseconds: bigint): number {
  exchange.writeNumber("wasi", to, nanoseconds);
  return success;
}

/** Standard output is info, standard error a warning. */
function writeVectors(exchange: Exchange, descriptor: number, vectors: number, count: number, written: number): number {
  if (descriptor !== 1 && descriptor !== 2) return badDescriptor;
  const view = exchange.view("wasi");
  let text = "";
  let total = 0;
  for (let index = 0; index < Math.min(count, 64); index++) {
    const at = view.getUint32(vectors + index * 8, true);
    const length = view.getUint32(vectors + index * 8 + 4, true);
    if (at + length > view.byteLength) throw new Error("wasi: it prints from outside its memory");
    const most = Math.min(length, Math.max(0, mostLogged - text.length));
    text += new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, most));
    total += length;
  }
  exchange.writeNumber("wasi", written, total);
  if (text.trim() !== "") exchange.log(descriptor === 1 ? "info" : "warn", () => text);
  return success;
}
