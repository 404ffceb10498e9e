// The text of hostile guests: a module with everything the host offers, and answers to write from it.

/** Where the answers of `answer` stand in memory; below it, memory is the attack's own. */
const answersAt = 1024;

const words = {
  pass: `{"verdict":"pass"}`,
  remembered: `{"verdict":"reject","text":"it remembered"}`,
  exceeded: `{"verdict":"reject","text":"it got more than it may have"}`,
  held: `{"verdict":"reject","text":"it was held back"}`,
};

type Word = keyof typeof words;

const places = new Map<Word, readonly [at: number, length: number]>();
let next = answersAt;
for (const [word, text] of Object.entries(words) as readonly [Word, string][]) {
  places.set(word, [next, text.length]);
  next += text.length;
}

/** Writes one of the answers; leaves nothing on the stack. */
export function answer(word: Word): string {
  const [at, length] = places.get(word) ?? [0, 0];
  return `(call $write (i32.const ${at}) (i32.const ${length}))`;
}

/** `answer`, and the return of a call that went well. */
export function ending(word: Word): string {
  return `${answer(word)} (i32.const 0)`;
}

/** Octets as a string of the text format. */
export function quoted(octets: Uint8Array | string): string {
  const bytes = typeof octets === "string" ? new TextEncoder().encode(octets) : octets;
  return `"${Array.from(bytes, (octet) => `\\${octet.toString(16).padStart(2, "0")}`).join("")}"`;
}

const imports = `
  (import "qpsmtpd" "event_length" (func $length (result i32)))
  (import "qpsmtpd" "event_read" (func $read (param i32)))
  (import "qpsmtpd" "answer_write" (func $write (param i32 i32)))
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "free" (func $free (param i64)))
  (import "extism:host/env" "length" (func $blockLength (param i64) (result i64)))
  (import "extism:host/env" "load_u8" (func $load8 (param i64) (result i32)))
  (import "extism:host/env" "load_u64" (func $load64 (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func $store8 (param i64 i32)))
  (import "extism:host/env" "store_u64" (func $store64 (param i64 i64)))
  (import "extism:host/env" "input_offset" (func $input (result i64)))
  (import "extism:host/env" "input_load_u8" (func $input8 (param i64) (result i32)))
  (import "extism:host/env" "input_load_u64" (func $input64 (param i64) (result i64)))
  (import "extism:host/env" "output_set" (func $out (param i64 i64)))
  (import "extism:host/env" "error_set" (func $fail (param i64)))
  (import "extism:host/env" "log_info" (func $log (param i64)))
  (import "extism:host/env" "var_set" (func $variable (param i64 i64)))`;

const hostCalls = `
  (import "qpsmtpd" "host_call" (func $ask (param i32 i32) (result i32)))
  (import "qpsmtpd" "host_result" (func $result (param i32)))
  (import "qpsmtpd" "content_read" (func $content (param f64 i32 i32) (result i32)))`;

const types = `
  (type $plain (func))
  (type $hook (func (result i32)))`;

const answers = Object.values(words).join("");

export interface Surroundings {
  /** Also imports what guests call capabilities with. */
  readonly hostCalls?: true;
  /** Imports besides those of Extism and of the host. */
  readonly imports?: string;
  /** In the place of `(memory (export "memory") 17)`. */
  readonly memory?: string;
}

/** A module of these fields with the host's functions and the answers. Memory is 17 pages, one less than 1.1 MiB. */
export function hostile(fields: string, surroundings: Surroundings = {}): string {
  return `(module ${types} ${imports} ${surroundings.hostCalls === true ? hostCalls : ""}
    ${surroundings.imports ?? ""}
    ${surroundings.memory ?? `(memory (export "memory") 17)`}
    (data (i32.const ${answersAt}) ${quoted(answers)})
    ${fields})`;
}

/** The hook `mail` with this body, which must leave an i32 or never end. */
export function mail(body: string): string {
  return `(func (export "mail") (result i32) ${body})`;
}

/** As `mail`, for a body that never ends or leaves nothing. */
export function mailForever(body: string): string {
  return mail(`${body} (unreachable)`);
}
