// Guests that keep what one message told them for the next one, wherever WebAssembly lets state live.

import { type Answered, assembled, type Attack, deferred } from "./attack.ts";
import { answer, ending, hostile, mail, quoted } from "./guest_text.ts";

/** Two messages, the second of which must be answered as the first was. */
const twice: Answered = {
  kind: "answered",
  talk: [["MAIL FROM:<secret@example.org>", /^250 /], ["RSET", /^250 /], ["MAIL FROM:<a@example.org>", /^250 /]],
  failures: 0,
};

/** `seen` leaves whether there was a message before; `keep` makes that so. */
type Row = readonly [name: string, where: string, fields: string, seen: string, keep: string];

const rows: readonly Row[] = [
  [
    "in-a-global",
    "in a global",
    "(global $g (mut i32) (i32.const 0))",
    "(global.get $g)",
    "(global.set $g (i32.const 1))",
  ],
  [
    "in-a-long-global",
    "in a global of 64 bits",
    "(global $g (mut i64) (i64.const 0))",
    "(i32.wrap_i64 (global.get $g))",
    "(global.set $g (i64.const 1))",
  ],
  [
    "in-a-float",
    "in a global of a floating-point number",
    "(global $g (mut f64) (f64.const 0))",
    "(i32.trunc_sat_f64_s (global.get $g))",
    "(global.set $g (f64.const 1))",
  ],
  [
    "in-a-reference",
    "in a global that refers to a function",
    "(func $f) (elem declare func $f) (global $g (mut funcref) (ref.null func))",
    "(i32.eqz (ref.is_null (global.get $g)))",
    "(global.set $g (ref.func $f))",
  ],
  ["in-memory", "in memory", "", "(i32.load (i32.const 65532))", "(i32.store (i32.const 65532) (i32.const 1))"],
  [
    "at-the-end-of-memory",
    "in the last octet of memory",
    "",
    "(i32.load8_u (i32.const 1114111))",
    "(i32.store8 (i32.const 1114111) (i32.const 1))",
  ],
  [
    "in-the-size-of-memory",
    "in the size of its memory",
    "",
    "(i32.ne (memory.size) (i32.const 17))",
    "(drop (memory.grow (i32.const 1)))",
  ],
  [
    "in-grown-memory",
    "in memory it was not born with",
    "",
    "(if (result i32) (i32.gt_u (memory.size) (i32.const 17)) (then (i32.load (i32.const 0x110000))) (else (i32.const 0)))",
    "(drop (memory.grow (i32.const 1))) (i32.store (i32.const 0x110000) (i32.const 1))",
  ],
  [
    "in-a-table",
    "in a table",
    "(func $f) (elem declare func $f) (table $t 4 funcref)",
    "(i32.eqz (ref.is_null (table.get $t (i32.const 3))))",
    "(table.set $t (i32.const 3) (ref.func $f))",
  ],
  [
    "in-the-size-of-a-table",
    "in the size of a table",
    "(table $t 4 funcref)",
    "(i32.ne (table.size $t) (i32.const 4))",
    "(drop (table.grow $t (ref.null func) (i32.const 1)))",
  ],
  [
    "in-a-table-by-copy",
    "in a table, by table.copy",
    "(func $f) (table $t 4 funcref) (elem (i32.const 0) $f)",
    "(i32.eqz (ref.is_null (table.get $t (i32.const 3))))",
    "(table.copy $t $t (i32.const 3) (i32.const 0) (i32.const 1))",
  ],
];

/** What is gone in the second message makes it trap, and a trap is an answer of its own. */
const dropped: readonly (readonly [name: string, where: string, fields: string, body: string])[] = [
  [
    "in-a-dropped-segment",
    "in a data segment that it drops",
    `(data $d ${quoted("secret")})`,
    "(memory.init $d (i32.const 0) (i32.const 0) (i32.const 6)) (data.drop $d)",
  ],
  [
    "in-dropped-elements",
    "in an element segment that it drops",
    "(func $f) (table $t 4 funcref) (elem $e func $f)",
    "(table.init $t $e (i32.const 0) (i32.const 0) (i32.const 1)) (elem.drop $e)",
  ],
];

function remembering(fields: string, seen: string, keep: string): Uint8Array {
  return assembled(hostile(`${fields} ${
    mail(`
    (if ${seen} (then ${answer("remembered")} (return (i32.const 0))))
    ${keep} ${ending("pass")}`)
  }`));
}

/** Extism keeps blocks and variables of its own beside the guest's memory. */
const inTheHost: Attack = {
  name: "remember-in-a-block",
  tries: "find in a block of the host what it left there for the last message",
  language: "WAT",
  wasm: () =>
    assembled(hostile(mail(`(local $at i64) (local $i i32)
      (local.set $at (call $alloc (i64.const 1024)))
      (if (i64.eq (call $load64 (local.get $at)) (i64.const 0x7365637265742121)) (then ${
      answer("remembered")
    } (return (i32.const 0))))
      (call $store64 (local.get $at) (i64.const 0x7365637265742121))
      ${ending("pass")}`))),
  expected: twice,
};

const kept: readonly Attack[] = [
  {
    name: "kept-by-the-operator",
    tries: "nothing: its operator wrote state = keep, so it does remember",
    language: "WAT",
    wasm: () => remembering("(global $g (mut i32) (i32.const 0))", "(global.get $g)", "(global.set $g (i32.const 1))"),
    expected: {
      ...twice,
      talk: [["MAIL FROM:<a@example.org>", /^250 /], ["RSET", /^250 /], [
        "MAIL FROM:<a@example.org>",
        /^550 .*it remembered$/,
      ]],
    },
    given: { state: "keep" },
  },
  {
    name: "turns-bad",
    tries: "behave at first, and trap at each call after that",
    language: "WAT",
    wasm: () =>
      assembled(hostile(`(global $g (mut i32) (i32.const 0)) ${
        mail(`
        (if (global.get $g) (then (unreachable))) (global.set $g (i32.const 1)) ${ending("pass")}`)
      }`)),
    // The call after the trap meets a new instance, which behaves again at first.
    expected: {
      kind: "answered",
      talk: [
        ["MAIL FROM:<a@example.org>", /^250 /],
        ["RSET", /^250 /],
        ["MAIL FROM:<a@example.org>", deferred],
        ["MAIL FROM:<a@example.org>", /^250 /],
      ],
      failures: 1,
    },
    given: { state: "keep" },
  },
];

export const rememberingAttacks: readonly Attack[] = [
  ...rows.map(([name, where, fields, seen, keep]): Attack => ({
    name: `remember-${name}`,
    tries: `keep a secret for the next message ${where}`,
    language: "WAT",
    wasm: () => remembering(fields, seen, keep),
    expected: twice,
  })),
  ...dropped.map(([name, where, fields, body]): Attack => ({
    name: `remember-${name}`,
    tries: `keep a secret for the next message ${where}`,
    language: "WAT",
    wasm: () => assembled(hostile(`${fields} ${mail(`${body} ${ending("pass")}`)}`)),
    expected: twice,
  })),
  inTheHost,
  ...kept,
];
