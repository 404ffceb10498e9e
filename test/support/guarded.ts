// Assembles, guards and instantiates modules for tests, with a `tick` of the test's own choice.

import assert from "node:assert/strict";
import wabt from "wabt";
import { guard, type GuardFacts } from "../../src/plugins/guard/guard.ts";

const { parseWat } = await wabt();

/** Everything that the guard accepts and this assembler knows. */
const features = {
  exceptions: true,
  mutable_globals: true,
  sat_float_to_int: true,
  sign_extension: true,
  simd: true,
  multi_value: true,
  tail_call: true,
  bulk_memory: true,
  reference_types: true,
  extended_const: true,
};

export const roomyLimits = { memoryPages: 1024, tableEntries: 10_000 };

/** What the default host puts into the fuel at a tick: about a tenth of a millisecond. */
export const quantum = 500_000;

export type GuestFunction = (...values: readonly unknown[]) => unknown;
export type GuestExports = { readonly [name: string]: unknown };
export type Imports = { readonly [namespace: string]: { readonly [name: string]: unknown } };

interface WebAssemblyInterface {
  readonly Module: new (bytes: Uint8Array) => { readonly compiled: unique symbol };
  readonly Instance: new (module: object, imports: Imports) => { readonly exports: GuestExports };
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Table: new (size: { readonly initial: number; readonly element: string }) => { readonly length: number };
  readonly Global: new (type: { readonly value: string; readonly mutable?: boolean }, value: unknown) => {
    value: unknown;
  };
  readonly RuntimeError: new () => Error;
  validate(bytes: Uint8Array): boolean;
}

export const webAssembly: WebAssemblyInterface =
  (globalThis as unknown as { readonly WebAssembly: WebAssemblyInterface }).WebAssembly;

export function assemble(wat: string, more: { readonly [feature: string]: boolean } = {}): Uint8Array {
  const module = parseWat("tried.wat", wat, { ...features, ...more });
  try {
    return new Uint8Array(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}

export interface GuardedModule {
  readonly wasm: Uint8Array;
  readonly facts: GuardFacts;
}

/** Fails the test where the guard refuses, or the runtime does. */
export function guardedOf(wasm: Uint8Array, limits: Parameters<typeof guard>[1] = roomyLimits): GuardedModule {
  const guarded = guard(wasm, limits);
  if (guarded.kind === "refused") assert.fail(`refused at ${guarded.offset}: ${guarded.why}`);
  assert.ok(webAssembly.validate(guarded.wasm), "the guarded module is not valid");
  return guarded;
}

export function instantiate(wasm: Uint8Array, imports: Imports = {}): GuestExports {
  return new webAssembly.Instance(new webAssembly.Module(wasm), imports).exports;
}

/** A guarded instance and the fuel it has used. */
export class Metered {
  readonly facts: GuardFacts;
  readonly exports: GuestExports;
  ticks = 0;
  #given = 0;

  /** `allow` is asked at every tick; `false` kills. */
  constructor(wasm: Uint8Array, imports: Imports = {}, allow: (used: number) => boolean = (): boolean => true) {
    const guarded = guardedOf(wasm);
    const tick = (remaining: number): number => {
      this.ticks += 1;
      if (!allow(this.#given - remaining)) return -1;
      this.#given += quantum - remaining;
      return quantum;
    };
    this.facts = guarded.facts;
    this.exports = instantiate(guarded.wasm, { ...imports, "qpsmtpd:guard": { tick } });
    for (const start of this.facts.starts) call(this.exports, start);
  }

  /** Units since the beginning. */
  get used(): number {
    return this.#given - (this.exports[this.facts.fuel] as { readonly value: number }).value;
  }
}

/** The exported memory as the guest sees it; `facts` of the guard, where it was guarded. */
export function memoryOf(exports: GuestExports, facts?: GuardFacts): Uint8Array<ArrayBuffer> {
  return new Uint8Array((exports["memory"] as { readonly buffer: ArrayBuffer }).buffer, facts?.memory?.notes ?? 0);
}

export function call(exports: GuestExports, name: string, ...values: readonly unknown[]): unknown {
  return (exports[name] as GuestFunction)(...values);
}

/** What a call ends in, comparable between an instance and its guarded twin: results, or that it trapped. */
export function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (thrown) {
    return thrown instanceof RangeError ? "out of stack" : "trap";
  }
}
