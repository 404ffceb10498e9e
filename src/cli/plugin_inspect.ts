// `qpsmtpd plugin inspect`: what a plugin's file says of itself. None of its code is run.

import { createHash } from "node:crypto";
import { type Manifest, manifestSection } from "../../sdk/contract/manifest.ts";
import { displayPath } from "../config/display_path.ts";
import { escapeControls } from "../text/quote.ts";
import { readCustomSection, wasmKind } from "../plugins/custom_section.ts";
import { parseManifest } from "../plugins/manifest.ts";
import { type CompiledModule, webAssembly } from "../plugins/web_assembly.ts";
import { defaultLimits } from "../plugins/plugin_limits.ts";
import { limitsLine } from "./limits_line.ts";
import { readSignature } from "../plugins/signature.ts";
import type { Output } from "./output.ts";
import { readWasm } from "./read_wasm.ts";

/** A stranger's file may name thousands. */
const mostNames = 50;

/** Exit code 0 if it is a plugin, 1 if not; what can be said of another file is said all the same. */
export async function pluginInspect(file: string, output: Output): Promise<number> {
  const place = displayPath(file);
  const read = readWasm(file);
  if (typeof read === "string") return complain(output, `${place}: ${read}`);
  print(output, "file", [place]);
  print(output, "size", [`${read.length} octets`]);
  print(output, "sha256", [createHash("sha256").update(read).digest("hex")]);
  if (wasmKind(read) !== "module") return complain(output, `${place}: is no WebAssembly module`);
  print(output, "signed", [signedBy(read)]);
  const manifest = readManifest(read);
  if (manifest.kind === "manifest") describe(manifest.manifest, output);
  const module = await compile(read);
  if (typeof module === "string") return complain(output, `${place}: is no valid WebAssembly module: ${module}`);
  print(
    output,
    "imports",
    names(webAssembly.Module.imports(module).map((one) => `${one.kind} ${one.module}.${one.name}`)),
  );
  print(output, "exports", names(webAssembly.Module.exports(module).map((one) => `${one.kind} ${one.name}`)));
  if (manifest.kind === "manifest") return 0;
  return complain(output, ...manifest.problems.map((problem) => `${place}: ${problem}`));
}

function signedBy(wasm: Uint8Array): string {
  const signature = readSignature(wasm);
  switch (signature.kind) {
    case "signed":
      return `by ${signature.key}`;
    case "unsigned":
      return "no";
    case "false":
      return `NOT: ${signature.why}`;
  }
}

function readManifest(wasm: Uint8Array): ReturnType<typeof parseManifest> {
  const section = readCustomSection(wasm, manifestSection);
  if (section.kind === "found") {
    const parsed = parseManifest(section.bytes);
    if (parsed.kind === "manifest") return parsed;
    return { kind: "problems", problems: parsed.problems.map((problem) => `manifest: ${problem}`) };
  }
  const why = section.kind === "absent"
    ? "has no manifest: it is no plugin of qpsmtpd"
    : `is damaged at octet ${section.offset}: ${section.why}`;
  return { kind: "problems", problems: [why] };
}

function describe(manifest: Manifest, output: Output): void {
  const { name, version, contract, description, licence, hooks, needs, lists, settings, onError, wishes, when = {} } =
    manifest;
  print(output, "plugin", [`${name} ${version}, contract ${contract}, licence ${licence}`, description]);
  print(output, "hooks", [hooks.join(", ")]);
  const asked = Object.entries(when).map(([hook, condition]) => `${hook}: only with ${JSON.stringify(condition)}`);
  print(output, "when", asked.length === 0 ? ["always"] : asked);
  print(output, "on error", [onError]);
  print(output, "needs", [needs.join(", ") || "nothing"]);
  print(output, "wishes", [limitsLine(defaultLimits, wishes)]);
  print(output, "lists", [lists.join(", ") || "none"]);
  const lines = Object.entries(settings).map(([key, setting]) => {
    const standard = setting.default === undefined ? "must be given" : `default ${JSON.stringify(setting.default)}`;
    return `${key}: ${setting.type}, ${standard}. ${setting.description}`;
  });
  print(output, "settings", lines);
}

/** Compiling runs nothing, not even a start function. */
async function compile(wasm: Uint8Array): Promise<CompiledModule | string> {
  try {
    return await webAssembly.compile(wasm);
  } catch (error) {
    return error instanceof Error ? escapeControls(error.message.slice(0, 300)) : "unknown error";
  }
}

function names(all: readonly string[]): readonly string[] {
  if (all.length <= mostNames) return all;
  return [...all.slice(0, mostNames), `and ${all.length - mostNames} more`];
}

/** The label stands before the first line only. */
function print(output: Output, label: string, lines: readonly string[]): void {
  for (const [index, line] of (lines.length === 0 ? ["none"] : lines).entries()) {
    output.print(`${(index === 0 ? label : "").padEnd(10)}${escapeControls(line.slice(0, 500))}`);
  }
}

function complain(output: Output, ...problems: readonly string[]): number {
  for (const problem of problems) output.complain(problem);
  return 1;
}
