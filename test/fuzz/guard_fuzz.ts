// Feeds the guard with spoilt modules, without end: guard_fuzz.ts [SEED]. `guard_fuzz_test.ts` runs a bounded part.

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import process from "node:process";
import { guard } from "../../src/plugins/guard/guard.ts";
import { assemble, roomyLimits, webAssembly } from "../support/guarded.ts";
import { Dice, randomModule } from "../support/random_module.ts";

export interface FuzzCounts {
  mutants: number;
  guarded: number;
  /** Mutants that the runtime takes. */
  valid: number;
  /** Milliseconds that the slowest took, the best of two tries: the machine may have stood still. */
  slowest: number;
}

/** What must not happen, with the mutant to repeat it. */
export interface FuzzFinding {
  readonly what: string;
  readonly mutant: Uint8Array;
}

const handmade = [
  `(module (func $f (export "f") (param i32) (result i32) (block (result i32) (loop (br_if 0 (local.get 0)))
     (br_table 0 1 0 (i32.const 1) (local.get 0)))) (start 1) (func (nop)))`,
  `(module (table 2 4 funcref) (elem (i32.const 0) 0 1) (elem declare func 0) (elem funcref (ref.null func) (ref.func 1))
     (func (return_call 1)) (func (drop (ref.func 0)) (call_indirect (i32.const 0))))`,
  `(module (memory 1 2) (data (i32.const 1) "abc") (data "xyz") (global (mut i64) (i64.const 9))
     (func (memory.init 1 (i32.const 0) (i32.const 0) (i32.const 1)) (data.drop 1) (global.set 0 (i64.const 1))))`,
  `(module (tag (param i64)) (func (try (do (throw 0 (i64.const 1))) (catch 0 (drop)) (catch_all (rethrow 0))))
     (func (try (do (call 0)) (delegate 0))))`,
  `(module (import "wasi_snapshot_preview1" "fd_write" (func (param i32))) (import "a" "g" (global i32))
     (func (export "e") (local v128 f64 i32) (local.set 0 (v128.const i64x2 1 2)) (call 0 (global.get 0))))`,
];

const seedModules = [...handmade, randomModule(1), randomModule(2)].map((wat) => assemble(wat));

/** Tries `count` mutants; returns the first finding. */
export function fuzz(seed: number, count: number, counts: FuzzCounts): FuzzFinding | undefined {
  const dice = new Dice(seed);
  for (let i = 0; i < count; i++) {
    const mutant = mutate(dice, dice.oneOf(seedModules));
    const what = judge(mutant, counts);
    if (what !== undefined) return { what, mutant };
  }
  return undefined;
}

function judge(mutant: Uint8Array, counts: FuzzCounts): string | undefined {
  let guarded: ReturnType<typeof guard>;
  try {
    const before = performance.now();
    guarded = guard(mutant, roomyLimits);
    const took = performance.now() - before;
    if (took > counts.slowest) counts.slowest = Math.max(counts.slowest, Math.min(took, guardingTime(mutant)));
  } catch (thrown) {
    return `the guard threw ${String(thrown)}`;
  }
  counts.mutants += 1;
  if (guarded.kind === "refused") {
    const { offset } = guarded;
    return offset >= 0 && offset <= mutant.length ? undefined : `offset ${offset} of ${mutant.length}`;
  }
  counts.guarded += 1;
  if (!webAssembly.validate(mutant)) return undefined;
  counts.valid += 1;
  return webAssembly.validate(guarded.wasm) ? undefined : "a valid module became invalid";
}

function guardingTime(mutant: Uint8Array): number {
  const before = performance.now();
  guard(mutant, roomyLimits);
  return performance.now() - before;
}

function mutate(dice: Dice, original: Uint8Array): Uint8Array {
  let octets = [...original];
  for (let rounds = 1 + dice.roll(2); rounds > 0; rounds--) {
    const at = dice.roll(octets.length);
    switch (dice.roll(9)) {
      case 0:
        octets[at] = dice.roll(256);
        break;
      case 1:
        octets[at] = (octets[at] ?? 0) ^ (1 << dice.roll(8));
        break;
      case 2:
        octets.splice(at, 1 + dice.roll(4));
        break;
      case 3:
        octets.splice(at, 0, dice.roll(256));
        break;
      case 4:
        octets.splice(at, 0, ...octets.slice(dice.roll(octets.length)).slice(0, dice.roll(20)));
        break;
      case 5:
        octets.splice(at, 2, octets[dice.roll(octets.length)] ?? 0, octets[at] ?? 0);
        break;
      default:
        octets = dice.roll(20) === 0 ? octets.slice(0, at + 1) : octets;
        octets[at] = dice.oneOf([0, 0x0b, 0x7f, 0x80, 0xff, 0x40, 0xfc, 0xfd]);
    }
  }
  return Uint8Array.from(octets);
}

/** By hand: until it finds something or is interrupted. */
function main(): void {
  const counts: FuzzCounts = { mutants: 0, guarded: 0, valid: 0, slowest: 0 };
  for (let seed = Number(process.argv[2] ?? 1);; seed++) {
    const finding = fuzz(seed, 100_000, counts);
    process.stdout.write(`seed ${seed}: ${JSON.stringify(counts)}\n`);
    if (finding === undefined) continue;
    const name = createHash("sha256").update(finding.mutant).digest("hex").slice(0, 12);
    process.stdout.write(`${name}: ${finding.what}\n${Buffer.from(finding.mutant).toString("hex")}\n`);
    process.exitCode = 1;
    return;
  }
}

if (import.meta.main) main();
