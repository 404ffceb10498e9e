// The attacks that are written in C: compiled by Debian's clang for bare wasm32, without a library.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Answered, answered, type Attack, failing, withManifest } from "./attack.ts";

const rows: readonly (readonly [file: string, tries: string, expected: Answered])[] = [
  ["endless_loop", "count without end", failing({ endless: true })],
  ["endless_recursion", "compute a function that only recurses, again and again", failing({ endless: true })],
  ["memory_bomb", "take and use all memory of the machine", answered(/^550 .*it was held back$/)],
  ["wild_pointer", "overwrite all that a wild pointer reaches", failing()],
  ["stack_smash", "run over the beginning of its stack", failing()],
];

const folder = fileURLToPath(new URL("c", import.meta.url));

/** The module of one file. Needs Debian's packages clang and lld. */
function compile(file: string): Uint8Array {
  const out = mkdtempSync(join(tmpdir(), "qpsmtpd-c-"));
  try {
    const wasm = join(out, "out.wasm");
    const ran = spawnSync("clang", [
      ...["--target=wasm32-unknown-unknown", "-O2", "-ffreestanding", "-nostdlib", "-Wall", "-Wno-infinite-recursion"],
      ...["-Wl,--no-entry", "-o", wasm, join(folder, `${file}.c`)],
    ], { encoding: "utf8" });
    if (ran.status !== 0) {
      throw new Error(`Cannot compile ${file}.c: ${ran.stderr || ran.error}; apt-get install clang lld`);
    }
    return new Uint8Array(readFileSync(wasm));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

export const cAttacks: readonly Attack[] = rows.map(([file, tries, expected]) => ({
  name: `c-${file.replaceAll("_", "-")}`,
  tries,
  language: "C",
  wasm: () => withManifest(compile(file), {}),
  expected,
}));
