// Builds plugins for tests out of hand-written WebAssembly text, well-behaved or not.

import wabt from "wabt";
import type { Manifest } from "../../sdk/contract/manifest.ts";
import { manifestSection } from "../../sdk/contract/manifest.ts";

const { parseWat } = await wabt();

export const plainManifest: Manifest = {
  name: "tried",
  version: "1.0.0",
  contract: 1,
  description: "Is tried.",
  licence: "MIT",
  hooks: ["connect"],
  needs: ["event", "verdict", "edit"],
  lists: [],
  settings: {},
  onError: "defer",
};

/** A module with a manifest; fields that are `undefined` are left out of it. */
export function watPlugin(wat: string, manifest: { readonly [F in keyof Manifest]?: unknown } = {}): Uint8Array {
  const json = JSON.stringify({ ...plainManifest, ...manifest });
  return withSection(wasmOf(wat), manifestSection, new TextEncoder().encode(json));
}

export function wasmOf(wat: string): Uint8Array {
  const module = parseWat("tried.wat", wat);
  try {
    return new Uint8Array(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}

/** The module with one more custom section behind its others. */
export function withSection(wasm: Uint8Array, name: string, content: Uint8Array): Uint8Array {
  const label = new TextEncoder().encode(name);
  const body = [...leb(label.length), ...label, ...content];
  return new Uint8Array([...wasm, 0, ...leb(body.length), ...body]);
}

export function leb(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...leb(Math.floor(value / 128))];
}

/**
 * A module with the host's functions (`$length`, `$read`, `$write`; of Extism `$alloc`, `$store`, `$out`, `$fail`, ...),
 * 17 pages of memory with `data` at 0, and `fields`.
 */
export function guest(fields: string, data: string | Uint8Array = ""): string {
  const octets = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const escaped = Array.from(octets, (octet) => `\\${octet.toString(16).padStart(2, "0")}`).join("");
  return `(module
    (import "qpsmtpd" "event_length" (func $length (result i32)))
    (import "qpsmtpd" "event_read" (func $read (param i32)))
    (import "qpsmtpd" "answer_write" (func $write (param i32 i32)))
    (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
    (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
    (import "extism:host/env" "input_offset" (func $input (result i64)))
    (import "extism:host/env" "input_length" (func $inputLength (result i64)))
    (import "extism:host/env" "input_load_u64" (func $load64 (param i64) (result i64)))
    (import "extism:host/env" "output_set" (func $out (param i64 i64)))
    (import "extism:host/env" "error_set" (func $fail (param i64)))
    (import "extism:host/env" "log_info" (func $log (param i64)))
    (import "extism:host/env" "var_set" (func $variable (param i64 i64)))
    (memory (export "memory") 17)
    (data (i32.const 0) "${escaped}")
    (func $block (param $count i32) (result i64) (local $at i64) (local $i i32)
      (local.set $at (call $alloc (i64.extend_i32_u (local.get $count))))
      (block (loop
        (br_if 1 (i32.ge_u (local.get $i) (local.get $count)))
        (call $store (i64.add (local.get $at) (i64.extend_i32_u (local.get $i))) (i32.load8_u (local.get $i)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br 0)))
      (local.get $at))
    ${fields})`;
}

/** One exported function `() -> i32`. */
export function hook(name: string, body: string): string {
  return `(func (export "${name}") (result i32) ${body})`;
}

/** A module whose `connect` answers exactly these octets. */
export function answering(answer: string | Uint8Array): string {
  const count = typeof answer === "string" ? new TextEncoder().encode(answer).length : answer.length;
  return guest(hook("connect", `(call $write (i32.const 0) (i32.const ${count})) (i32.const 0)`), answer);
}
