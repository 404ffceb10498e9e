// Guests that were built with WASI, and try to find more of it than there is.

import { answered, assembled, type Attack, type Expected, failing, refused } from "./attack.ts";
import { answer, ending, hostile, mail } from "./guest_text.ts";

type Row = readonly [name: string, tries: string, wants: string, body: string, expected: Expected];

const held = /^550 .*it was held back$/;
const none = "(i32.const 0)";

/** `file` is what a function of WASI gave: 0 if the guest has what it wanted. */
const tell = (file: string): string =>
  `(if ${file} (then ${answer("held")}) (else ${answer("exceeded")})) (i32.const 0)`;

/** One vector at 0: 4096 octets from 4096. */
const vector = "(i32.store (i32.const 0) (i32.const 4096)) (i32.store (i32.const 4) (i32.const 4096))";

const rows: readonly Row[] = [
  [
    "wasi-open",
    "open a file",
    `"path_open" (func $f (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32))`,
    tell(`(call $f (i32.const 3) ${none} ${none} (i32.const 1) ${none} (i64.const -1) (i64.const -1) ${none} ${none})`),
    answered(held),
  ],
  [
    "wasi-read",
    "read standard input",
    `"fd_read" (func $f (param i32 i32 i32 i32) (result i32))`,
    tell(`(call $f ${none} ${none} ${none} ${none})`),
    answered(held),
  ],
  [
    "wasi-print-to-a-socket",
    "print to a descriptor of the host",
    `"fd_write" (func $f (param i32 i32 i32 i32) (result i32))`,
    `${vector} ${tell(`(call $f (i32.const 5) ${none} (i32.const 1) (i32.const 8))`)}`,
    answered(held),
  ],
  [
    "wasi-exit",
    "end the whole process",
    `"proc_exit" (func $f (param i32))`,
    `(call $f ${none}) (i32.const 0)`,
    failing(),
  ],
  [
    "wasi-print-outside",
    "print from outside its memory",
    `"fd_write" (func $f (param i32 i32 i32 i32) (result i32))`,
    `(i32.store (i32.const 0) (i32.const -8)) (i32.store (i32.const 4) (i32.const 64)) (call $f (i32.const 1) ${none} (i32.const 1) (i32.const 8))`,
    failing(),
  ],
  [
    "wasi-vectors-outside",
    "print a list of vectors outside its memory",
    `"fd_write" (func $f (param i32 i32 i32 i32) (result i32))`,
    `(call $f (i32.const 1) (i32.const -4) (i32.const -1) (i32.const 8))`,
    failing(),
  ],
  [
    "wasi-random-outside",
    "be given randomness outside its memory",
    `"random_get" (func $f (param i32 i32) (result i32))`,
    `(call $f (i32.const 1000000) (i32.const 1000000))`,
    failing(),
  ],
  [
    "wasi-print-storm",
    "print without end",
    `"fd_write" (func $f (param i32 i32 i32 i32) (result i32))`,
    `${vector} (loop (drop (call $f (i32.const 1) ${none} (i32.const 1) (i32.const 8))) (br 0)) (unreachable)`,
    failing({ endless: true }),
  ],
  [
    "wasi-random-storm",
    "ask for a megabyte of randomness without end",
    `"random_get" (func $f (param i32 i32) (result i32))`,
    `(loop (drop (call $f ${none} (i32.const 1000000))) (br 0)) (unreachable)`,
    failing({ endless: true }),
  ],
  [
    "wasi-socket",
    "import sockets",
    `"sock_accept" (func $f (param i32 i32 i32) (result i32))`,
    ending("pass"),
    refused(/WASI/),
  ],
];

export const wasiAttacks: readonly Attack[] = rows.map(([name, tries, wants, body, expected]) => ({
  name,
  tries,
  language: "WAT",
  wasm: () => assembled(hostile(mail(body), { imports: `(import "wasi_snapshot_preview1" ${wants})` })),
  expected,
}));
