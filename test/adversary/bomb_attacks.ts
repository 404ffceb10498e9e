// Guests that want more than they may have: memory, table entries, stack, host memory, log lines, octets of an answer.

import { answered, assembled, type Attack, deferred, type Expected, failing, refused } from "./attack.ts";
import { answer, ending, hostile, mail, mailForever, quoted } from "./guest_text.ts";

const held = /^550 .*it was held back$/;

/** Grows by `step` until it is refused; then tells whether it came further than `most`. */
function growing(grow: string, size: string, most: number): string {
  return mail(`(block (loop (br_if 1 (i32.eq (${grow}) (i32.const -1))) (br 0)))
    (if (i32.gt_u (${size}) (i32.const ${most})) (then ${answer("exceeded")}) (else ${answer("held")}))
    (i32.const 0)`);
}

const table = "(table $t 10 funcref)";
const wide = Array.from({ length: 400 }, () => "i64").join(" ");

type Row = readonly [name: string, tries: string, fields: string, expected: Expected];

const memory: readonly Row[] = [
  [
    "memory-bomb",
    "take all memory of the machine",
    growing("memory.grow (i32.const 1)", "memory.size", 512),
    answered(held),
  ],
  [
    "memory-leap",
    "grow its memory by 4 GiB at once",
    mail(`(if (i32.ne (memory.grow (i32.const 65000)) (i32.const -1)) (then ${answer("exceeded")})
      (else ${answer("held")})) (i32.const 0)`),
    answered(held),
  ],
  [
    "memory-touched",
    "take all it gets and write to each page",
    `(func $touch (local $at i32) (loop
        (i32.store (local.get $at) (i32.const 1))
        (local.set $at (i32.add (local.get $at) (i32.const 4096)))
        (br_if 0 (i32.lt_u (local.get $at) (i32.mul (memory.size) (i32.const 65536))))))
      ${
      mail(`(drop (memory.grow (i32.const 495))) (call $touch)
        (memory.copy (i32.const 1024) (i32.const 0) (i32.const 0)) (i32.const 0)`)
    }`,
    failing(),
  ],
  [
    "table-bomb",
    "take a table without end",
    `${table} ${growing("table.grow $t (ref.null func) (i32.const 1)", "table.size $t", 10_000)}`,
    answered(held),
  ],
  [
    "table-leap",
    "grow its table by 100 million entries at once",
    `${table} ${
      mail(`(if (i32.ne (table.grow $t (ref.null func) (i32.const 100000000)) (i32.const -1))
        (then ${answer("exceeded")}) (else ${answer("held")})) (i32.const 0)`)
    }`,
    answered(held),
  ],
  [
    "stack-overflow",
    "recurse without end",
    `(func $deep (call $deep) (drop (memory.size))) ${mailForever("(call $deep)")}`,
    failing(),
  ],
  [
    "stack-overflow-of-wide-frames",
    "recurse with 400 locals a frame",
    `(func $deep (local ${wide}) (call $deep) (i64.store (i32.const 0) (local.get 399))) ${
      mailForever("(call $deep)")
    }`,
    failing(),
  ],
];

const storms: readonly Row[] = ([
  ["grow-storm", "ask for a page without end", "(loop (drop (memory.grow (i32.const 1))) (br 0))"],
  ["grow-by-nothing-storm", "grow by nothing without end", "(loop (drop (memory.grow (i32.const 0))) (br 0))"],
  [
    "fill-storm",
    "fill 32 MiB without end",
    `(drop (memory.grow (i32.const 495)))
     (loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x2000000)) (br 0))`,
  ],
  [
    "copy-storm",
    "copy 32 MiB without end",
    `(drop (memory.grow (i32.const 495)))
     (loop (memory.copy (i32.const 64) (i32.const 0) (i32.const 0x1ffff00)) (br 0))`,
  ],
  [
    "init-storm",
    "copy a data segment without end",
    "(loop (memory.init $d (i32.const 0) (i32.const 0) (i32.const 4096)) (br 0))",
  ],
  [
    "table-grow-storm",
    "grow a table without end",
    "(loop (drop (table.grow $t (ref.null func) (i32.const 1))) (br 0))",
  ],
  [
    "table-fill-storm",
    "fill a table without end",
    "(loop (table.fill $t (i32.const 0) (ref.null func) (i32.const 10)) (br 0))",
  ],
  [
    "table-copy-storm",
    "copy a table without end",
    "(loop (table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 9)) (br 0))",
  ],
] as const).map(([name, tries, body]) => [
  name,
  tries,
  `${table} (data $d ${quoted("x".repeat(4096))}) ${mailForever(body)}`,
  failing({ endless: true }),
]);

const host: readonly Row[] = [
  [
    "alloc-flood",
    "allocate blocks of the host without end",
    mailForever("(loop (drop (call $alloc (i64.const 1))) (br 0))"),
    failing(),
  ],
  [
    "alloc-of-a-terabyte",
    "allocate a terabyte of the host at once",
    mailForever("(drop (call $alloc (i64.const 0x10000000000)))"),
    failing(),
  ],
  ["alloc-of-minus-one", "allocate -1 octets", mailForever("(drop (call $alloc (i64.const -1)))"), failing()],
  [
    "log-flood",
    "log 20,000 lines of 4 KB",
    mail(`(local $i i32) (local $line i64) (local.set $line (call $alloc (i64.const 4096)))
      (loop
        (call $log (local.get $line))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if 0 (i32.lt_u (local.get $i) (i32.const 20000))))
      ${ending("pass")}`),
    answered(/^250 /),
  ],
  [
    "answer-of-100-mb",
    "answer 100 MB it does not have",
    mail("(call $write (i32.const 0) (i32.const 100000000)) (i32.const 0)"),
    failing(),
  ],
  [
    "answer-of-32-mb",
    "answer all the memory it can get",
    mail(`(drop (memory.grow (i32.const 495)))
      (call $write (i32.const 0) (i32.mul (memory.size) (i32.const 65536))) (i32.const 0)`),
    failing(),
  ],
  [
    "output-of-100-mb",
    "answer 100 MB through Extism's memory",
    mail("(call $out (call $alloc (i64.const 64)) (i64.const 100000000)) (i32.const 0)"),
    failing(),
  ],
  [
    "error-of-4-mb",
    "fail with a message of 4 MB",
    mail("(call $fail (call $alloc (i64.const 4000000))) (i32.const 0)"),
    failing(),
  ],
];

const tooLargeToLoad:
  readonly (readonly [name: string, tries: string, memory: string, fields: string, problem: RegExp])[] = [
    ["large-memory", "begin with 4 GiB of memory", `(memory (export "memory") 65536)`, "", /file/],
    [
      "large-table",
      "begin with a table of ten million",
      `(memory (export "memory") 1)`,
      "(table 10000000 funcref)",
      /file/,
    ],
    ["many-tables", "have a hundred tables", `(memory (export "memory") 1)`, "(table 10 funcref)".repeat(100), /file/],
    ["foreign-memory", "use a memory of somebody else", `(import "env" "memory" (memory 1))`, "", /file|imports/],
  ];

function attackOf([name, tries, fields, expected]: Row): Attack {
  return { name, tries, language: "WAT", wasm: () => assembled(hostile(fields)), expected, heavy: true };
}

export const bombAttacks: readonly Attack[] = [
  ...[...memory, ...storms, ...host].map(attackOf),
  ...tooLargeToLoad.map(([name, tries, memory, fields, problem]): Attack => ({
    name,
    tries,
    language: "WAT",
    wasm: () => assembled(hostile(`${fields} ${mail(ending("pass"))}`, { memory })),
    expected: refused(problem),
  })),
  {
    name: "ten-memory-bombs-at-once",
    tries: "fill 32 MiB in ten sessions at the same time",
    language: "WAT",
    wasm: () =>
      assembled(hostile(mailForever(
        "(drop (memory.grow (i32.const 495))) (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x2000000))",
      ))),
    expected: failing({ clients: 10, failures: 10, talk: [[`MAIL FROM:<a@example.org>`, deferred]] }),
  },
];
