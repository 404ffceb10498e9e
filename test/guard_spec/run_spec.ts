// Runs the WebAssembly specification's tests twice, as they are and guarded, and compares: run_spec.ts FOLDER.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { guard } from "../../src/plugins/guard/guard.ts";
import {
  assemble,
  call,
  type GuestExports,
  type Imports,
  instantiate,
  outcome,
  quantum,
  roomyLimits,
  webAssembly,
} from "../support/guarded.ts";
import { type Form, octetsOf, parseWast, type TopForm, valueOf } from "../support/wast.ts";

interface Twins {
  readonly plain: GuestExports;
  readonly guarded: GuestExports;
}

const limits = { ...roomyLimits, memoryPages: 65_536, tableEntries: 0xff_ffff, tables: 100 };
const counts = { files: 0, modules: 0, refused: 0, unreadable: 0, unlinked: 0, calls: 0, different: 0, invalid: 0 };
const refusals = new Map<string, number>();

process.exitCode = main();

function main(): number {
  const folder = process.argv[2];
  if (folder === undefined) {
    process.stderr.write("Usage: run_spec.ts FOLDER, with .wast files of the specification's test suite.\n");
    return 2;
  }
  for (const name of readdirSync(folder).filter((each) => each.endsWith(".wast")).sort()) {
    counts.files += 1;
    runFile(name, parseWast(readFileSync(join(folder, name), "utf8")));
  }
  for (const [why, count] of refusals) process.stdout.write(`${String(count).padStart(5)} refused: ${why}\n`);
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  return counts.different + counts.invalid === 0 ? 0 : 1;
}

function runFile(name: string, forms: readonly TopForm[]): void {
  let current: Twins | undefined;
  const named = new Map<string, Twins>();
  for (const { form, text } of forms) {
    if (form[0] === "module" && form[1] !== "definition" && form[1] !== "instance") {
      current = instantiateTwins(name, form, text);
      if (current !== undefined && typeof form[1] === "string" && form[1].startsWith("$")) named.set(form[1], current);
    }
    const action = form[0] === "invoke" ? form : form[1];
    if (typeof form[0] !== "string" || !/^(assert_(return|trap|exhaustion|exception)|invoke)$/.test(form[0])) continue;
    if (Array.isArray(action) && action[0] === "invoke") compare(name, action, current, named);
  }
}

function compare(name: string, action: readonly Form[], current: Twins | undefined, named: Map<string, Twins>): void {
  const rest = action.slice(1);
  const isNamed = typeof rest[0] === "string" && rest[0].startsWith("$");
  const twins = isNamed ? named.get(rest.shift() as string) : current;
  const exported = new TextDecoder().decode(octetsOf([rest[0] ?? ""]));
  const values = rest.slice(1).map(valueOf);
  if (twins === undefined || values.includes(undefined)) return;
  const given = values.map((each) => each?.value);
  const plain = outcome(() => call(twins.plain, exported, ...given));
  const guarded = outcome(() => call(twins.guarded, exported, ...given));
  counts.calls += 1;
  try {
    assert.deepStrictEqual(comparable(guarded), comparable(plain));
  } catch {
    counts.different += 1;
    process.stdout.write(`${name}: ${exported} ${String(given)}: ${String(plain)}, guarded ${String(guarded)}\n`);
  }
}

/** Functions of two instances are never the same object. */
function comparable(value: unknown): unknown {
  return typeof value === "function" ? "function" : value;
}

function instantiateTwins(name: string, form: readonly Form[], text: string): Twins | undefined {
  const wasm = binaryOf(form, text);
  if (wasm === undefined || !webAssembly.validate(wasm)) {
    counts.unreadable += 1;
    return undefined;
  }
  const guarded = guard(wasm, limits);
  counts.modules += 1;
  if (guarded.kind === "refused") {
    counts.refused += 1;
    const why = guarded.why.replaceAll(/\d+/g, "N");
    refusals.set(why, (refusals.get(why) ?? 0) + 1);
    return undefined;
  }
  if (!webAssembly.validate(guarded.wasm)) {
    counts.invalid += 1;
    process.stdout.write(`${name}: the guarded module is not valid: ${text.slice(0, 200)}\n`);
    return undefined;
  }
  try {
    const plain = instantiate(wasm, imports());
    const twin = instantiate(guarded.wasm, imports());
    for (const start of guarded.facts.starts) call(twin, start);
    return { plain, guarded: twin };
  } catch {
    counts.unlinked += 1;
    return undefined;
  }
}

function binaryOf(form: readonly Form[], text: string): Uint8Array | undefined {
  const words = form.filter((each) => typeof each === "string" && !each.startsWith("$"));
  if (words[1] === "binary") return octetsOf(form);
  try {
    return assemble(text);
  } catch {
    return undefined;
  }
}

function imports(): Imports {
  const silent = (): void => {};
  const spectest = {
    ...{ print: silent, print_i32: silent, print_i64: silent, print_f32: silent, print_f64: silent },
    ...{ print_i32_f32: silent, print_f64_f64: silent },
    global_i32: new webAssembly.Global({ value: "i32" }, 666),
    global_i64: new webAssembly.Global({ value: "i64" }, 666n),
    global_f32: new webAssembly.Global({ value: "f32" }, 666.6),
    global_f64: new webAssembly.Global({ value: "f64" }, 666.6),
  };
  return { spectest, "qpsmtpd:guard": { tick: (): number => quantum } };
}
