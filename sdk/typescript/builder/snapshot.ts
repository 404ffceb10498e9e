// Runs a bundle inside the core, once, in the building process, and keeps what it left in memory.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Exported } from "../guest/start.ts";
import {
  type CompiledModule,
  type GlobalVariable,
  type ImportObject,
  type LinearMemory,
  webAssembly,
} from "./web_assembly.ts";

export interface Snapshot {
  readonly memory: Uint8Array;
  /** The core's mutable globals by their exported name. */
  readonly globals: ReadonlyMap<string, number | bigint>;
}

export type Taken =
  | { readonly kind: "taken"; readonly snapshot: Snapshot; readonly exported: Exported }
  | { readonly kind: "failed"; readonly problem: string };

/** The file that holds QuickJS and the glue; see core/README.md. */
export const coreFile: string = join(import.meta.dirname, "..", "core", "core.wasm");

interface CoreExports {
  readonly memory: LinearMemory;
  readonly names: GlobalVariable;
  boot(): number;
  arm(): void;
  malloc(size: number): number;
  free(pointer: number): void;
  qjs_compile(
    code: number,
    length: number,
    file: number,
    evalFlags: number,
    compileFlags: number,
    outLength: number,
  ): number;
  qjs_eval_bytecode(code: number, length: number): number;
  qjs_run_gc(): void;
  qjs_is_exception(value: number): number;
  qjs_get_exception(): number;
  qjs_get_prop_string(value: number, name: number): number;
  qjs_get_string_len(value: number, outLength: number): number;
  qjs_free_value(value: number): void;
}

/** The source text is of no use at run time; names and lines stay, for error messages. */
const stripSource = 1 << 4;

export interface Core {
  readonly bytes: Uint8Array;
  readonly module: CompiledModule;
}

let compiledCore: Promise<Core> | undefined;

/** The core, compiled once a process. */
export function loadCore(): Promise<Core> {
  compiledCore ??= readFile(coreFile).then(async (file) => {
    const bytes = new Uint8Array(file);
    return { bytes, module: await webAssembly.compile(bytes) };
  });
  return compiledCore;
}

/** `kind: "failed"` if the script does not compile or throws while it is evaluated. */
export async function takeSnapshot(script: string): Promise<Taken> {
  const compiled = compileScript(await boot(), script);
  if (compiled.kind === "failed") return compiled;
  // A second instance: what the compiler left behind must not be in the snapshot.
  const core = await boot();
  const problem = evaluate(core, compiled.bytecode);
  if (problem !== undefined) return { kind: "failed", problem };
  const exported: Exported = JSON.parse(readText(core, Number(core.names.value)));
  core.arm();
  core.qjs_run_gc();
  return { kind: "taken", snapshot: capture(core), exported };
}

async function boot(): Promise<CoreExports> {
  const { module } = await loadCore();
  const instance = await webAssembly.instantiate(module, buildImports(module));
  const core = instance.exports as unknown as CoreExports;
  if (core.boot() !== 0) throw new Error("QuickJS does not start: core.wasm is damaged.");
  return core;
}

/** While a plugin is built there is no host: it may log, which goes nowhere, and it is asked nothing. */
function buildImports(module: CompiledModule): ImportObject {
  const imports: { [namespace: string]: { [name: string]: () => bigint | undefined } } = {};
  for (const { module: namespace, name } of webAssembly.Module.imports(module)) {
    imports[namespace] ??= {};
    imports[namespace][name] = name === "alloc" ? (): bigint => 0n : (): undefined => undefined;
  }
  return imports;
}

type Compiled =
  | { readonly kind: "compiled"; readonly bytecode: Uint8Array }
  | { readonly kind: "failed"; readonly problem: string };

function compileScript(core: CoreExports, script: string): Compiled {
  const code = writeText(core, script);
  const file = writeText(core, "plugin.js");
  const outLength = core.malloc(4);
  const compiled = core.qjs_compile(code.pointer, code.length, file.pointer, 0, stripSource, outLength);
  if (compiled === 0) return { kind: "failed", problem: exceptionText(core) };
  const length = new DataView(core.memory.buffer).getUint32(outLength, true);
  return { kind: "compiled", bytecode: new Uint8Array(core.memory.buffer).slice(compiled, compiled + length) };
}

/** What went wrong, if anything. */
function evaluate(core: CoreExports, bytecode: Uint8Array): string | undefined {
  const pointer = core.malloc(bytecode.length);
  new Uint8Array(core.memory.buffer).set(bytecode, pointer);
  const value = core.qjs_eval_bytecode(pointer, bytecode.length);
  const problem = core.qjs_is_exception(value) === 0 ? undefined : exceptionText(core);
  core.qjs_free_value(value);
  new Uint8Array(core.memory.buffer).fill(0, pointer, pointer + bytecode.length);
  core.free(pointer);
  return problem;
}

function capture(core: CoreExports): Snapshot {
  const globals = new Map<string, number | bigint>();
  for (const [name, value] of Object.entries(core) as [string, unknown][]) {
    if (value instanceof webAssembly.Global) globals.set(name, value.value);
  }
  return { memory: new Uint8Array(core.memory.buffer).slice(), globals };
}

function exceptionText(core: CoreExports): string {
  const exception = core.qjs_get_exception();
  const parts = ["name", "message", "stack"].map((name) => {
    const value = core.qjs_get_prop_string(exception, writeText(core, name).pointer);
    return readText(core, core.qjs_get_string_len(value, core.malloc(4)));
  });
  return `${parts[0]}: ${parts[1]}\n${parts[2]}`.trimEnd();
}

/** UTF-8 with a zero behind it, which QuickJS wants. */
function writeText(core: CoreExports, text: string): { readonly pointer: number; readonly length: number } {
  const octets = new TextEncoder().encode(text);
  const pointer = core.malloc(octets.length + 1);
  if (pointer === 0) throw new Error("The plugin is too large for its memory.");
  const memory = new Uint8Array(core.memory.buffer);
  memory.set(octets, pointer);
  memory[pointer + octets.length] = 0;
  return { pointer, length: octets.length };
}

function readText(core: CoreExports, pointer: number): string {
  const memory = new Uint8Array(core.memory.buffer);
  return new TextDecoder().decode(memory.subarray(pointer, memory.indexOf(0, pointer)));
}
