// Builds core.wasm: QuickJS merged with glue.wat and wasi.wat. `--check` only compares with the file that is there.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const here = import.meta.dirname;
const coreFile = join(here, "core.wasm");
const digestFile = join(here, "core.wasm.sha256");

/** What the builder of plugins needs; everything that none of these reaches is left out. */
const keptExports = [
  "memory",
  "__stack_pointer",
  ...["boot", "arm", "ask", "names"],
  ...["state_context", "state_runtime", "state_scratch", "state_ticks", "state_most_ticks", "state_now"],
  ...["state_ask", "state_finish", "state_describe"],
  ...["malloc", "free", "qjs_compile", "qjs_eval_bytecode", "qjs_run_gc"],
  ...["qjs_is_exception", "qjs_get_exception", "qjs_get_prop_string", "qjs_get_string_len", "qjs_free_value"],
];

/** See builder/wasm_writer.ts, which takes them out again. */
const optionalImports = ["host_call", "host_result", "content_read"];

const features = [
  "--enable-mutable-globals",
  "--enable-bulk-memory",
  "--enable-sign-ext",
  "--enable-nontrapping-float-to-int",
  "--enable-multivalue",
  "--enable-reference-types",
];

process.exitCode = main();

function main(): number {
  let core: Uint8Array;
  try {
    core = build();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
  const digest = createHash("sha256").update(core).digest("hex");
  if (process.argv.includes("--check")) return check(digest);
  writeFileSync(coreFile, core);
  writeFileSync(digestFile, `${digest}  core.wasm\n`);
  console.log(`core.wasm: ${core.length} octets, sha256 ${digest}`);
  return 0;
}

function check(built: string): number {
  const recorded = readFileSync(digestFile, "utf8").slice(0, 64);
  const present = createHash("sha256").update(readFileSync(coreFile)).digest("hex");
  if (present === recorded && built === recorded) {
    console.log(`core.wasm is what its sources make: sha256 ${built}`);
    return 0;
  }
  console.error(
    `core.wasm is stale: its sources make ${built}, the file is ${present}, recorded is ${recorded}. ` +
      "Run `npm run build` in sdk/typescript/core and commit core.wasm with core.wasm.sha256.",
  );
  return 1;
}

function build(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-core-"));
  const quickjs = join(packageFolder("quickjs-wasi"), "quickjs.wasm");
  const graph = keptExports.map((name) => ({ name, export: name, root: true }));
  try {
    writeFileSync(join(folder, "graph.json"), JSON.stringify(graph));
    run(folder, "wabt", "wat2wasm", [join(here, "glue.wat"), "-o", "glue.wasm"]);
    run(folder, "wabt", "wat2wasm", [join(here, "wasi.wat"), "-o", "wasi.wasm"]);
    // The order gives the names under which the modules import one another.
    const modules = [quickjs, "core", "glue.wasm", "env", "wasi.wasm", "wasi_snapshot_preview1"];
    run(folder, "binaryen", "wasm-merge", [...modules, "-o", "merged.wasm", ...features]);
    run(folder, "binaryen", "wasm-metadce", [
      ...["merged.wasm", "--graph-file", "graph.json", "-o", "needed.wasm"],
      ...features,
    ]);
    run(folder, "binaryen", "wasm-dis", ["needed.wasm", "-o", "needed.wat", ...features]);
    writeFileSync(join(folder, "core.wat"), reordered(readFileSync(join(folder, "needed.wat"), "utf8")));
    run(folder, "binaryen", "wasm-as", ["core.wat", "-o", "core.wasm", ...features]);
    return readFileSync(join(folder, "core.wasm"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The imports that a plugin can do without go behind all others, in one order: then the builder of plugins can put
 * functions in their place without giving any other function another number.
 */
function reordered(text: string): string {
  const lines = text.split("\n");
  const last = optionalImports.map((name) => {
    const found = lines.find((line) => line.startsWith(` (import "qpsmtpd" "${name}" `));
    if (found === undefined) throw new Error(`The merged core does not import ${name}: wasm-dis writes otherwise now?`);
    return found;
  });
  const others = lines.filter((line) => !last.includes(line));
  const end = others.findLastIndex((line) => line.startsWith(" (import ")) + 1;
  return [...others.slice(0, end), ...last, ...others.slice(end)].join("\n");
}

/** Runs one tool of one package with the running Node. Throws with the tool's own words if it fails. */
function run(folder: string, packageName: string, tool: string, args: readonly string[]): void {
  const file = join(packageFolder(packageName), "bin", tool);
  const result = spawnSync(process.execPath, [file, ...args], { cwd: folder, encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${tool} failed: ${result.error ?? result.stderr}`);
}

function packageFolder(name: string): string {
  const require = createRequire(join(here, "build.ts"));
  for (const folder of require.resolve.paths(name) ?? []) {
    if (holdsPackage(join(folder, name))) return join(folder, name);
  }
  throw new Error(`The npm package ${name} is missing: run \`npm install\` in sdk/typescript/core.`);
}

function holdsPackage(folder: string): boolean {
  try {
    readFileSync(join(folder, "package.json"));
    return true;
  } catch {
    return false;
  }
}
