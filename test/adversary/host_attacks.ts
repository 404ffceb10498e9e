// Guests that lie to the host's functions: pointers outside memory, blocks never allocated, calls inside calls, waiting.

import { adversaryName, answered, assembled, type Attack, deferred, type Expected, failing } from "./attack.ts";
import { answer, ending, hostile, mail, quoted } from "./guest_text.ts";

type Row = readonly [name: string, tries: string, body: string, expected: Expected];

const pages = 17 * 65_536;
const held = /^550 .*it was held back$/;

const pointers: readonly Row[] = ([
  ["event-read-behind", "be given the event behind its memory", `(call $read (i32.const ${pages}))`],
  ["event-read-across", "be given the event across the end of its memory", `(call $read (i32.const ${pages - 1}))`],
  ["event-read-at-minus-one", "be given the event at -1", "(call $read (i32.const -1))"],
  ["answer-behind", "answer from behind its memory", `(call $write (i32.const ${pages}) (i32.const 1))`],
  ["answer-of-minus-one", "answer -1 octets", "(call $write (i32.const 0) (i32.const -1))"],
  ["answer-that-wraps", "answer 2 octets at the last address there is", "(call $write (i32.const -1) (i32.const 2))"],
  [
    "store-anywhere",
    "write to a block it never allocated",
    "(call $store8 (i64.const 0x7fff000000000000) (i32.const 1))",
  ],
  [
    "store-behind-a-block",
    "write behind its block",
    "(call $store64 (i64.add (call $alloc (i64.const 8)) (i64.const 0xfffff)) (i64.const 1))",
  ],
  [
    "output-of-nothing",
    "answer a block it never allocated",
    "(call $out (i64.const 0x7fff000000000000) (i64.const 8))",
  ],
  ["output-of-minus-one", "answer -1 octets of a block", "(call $out (call $alloc (i64.const 8)) (i64.const -1))"],
  [
    "output-behind-a-block",
    "answer from behind a block",
    "(call $out (i64.add (call $alloc (i64.const 8)) (i64.const 0xffffff)) (i64.const 1))",
  ],
  ["error-of-nothing", "fail with a block it never allocated", "(call $fail (i64.const 0x7fff000000000000))"],
  ["log-of-nothing", "log a block it never allocated", "(call $log (i64.const 0x7fff000000000000))"],
  [
    "variable",
    "leave something in Extism's variables",
    "(call $variable (call $alloc (i64.const 8)) (call $alloc (i64.const 8)))",
  ],
] as const).map(([name, tries, body]) => [name, tries, mail(`${body} (i32.const 0)`), failing()]);

/** Reads that find nothing; what they find is turned into an answer. */
const peeks: readonly Row[] = [
  [
    "input-behind",
    "read the input behind its end",
    mail(
      `(if (i64.ne (call $input64 (i64.const 0xfffffff)) (i64.const 0)) (then ${answer("exceeded")}) (else ${
        answer("held")
      })) (i32.const 0)`,
    ),
    answered(held),
  ],
  [
    "input-at-minus-one",
    "read the input at -1",
    mail(`(if (call $input8 (i64.const -1)) (then ${answer("exceeded")}) (else ${answer("held")})) (i32.const 0)`),
    answered(held),
  ],
];

const request = (text: string): string => `(data (i32.const 8192) ${quoted(text)})`;
const asking = (text: string): string =>
  `(call $ask (i32.const 8192) (i32.const ${new TextEncoder().encode(text).length}))`;
const clock = `{"capability":"clock","request":{}}`;

/** Through the interface of capabilities; none is granted. */
const requests: readonly Row[] = [
  [
    "request-behind",
    "ask with a request behind its memory",
    mail(`(call $ask (i32.const ${pages}) (i32.const 8))`),
    failing(),
  ],
  [
    "request-of-minus-one",
    "ask with a request of -1 octets",
    mail("(call $ask (i32.const 0) (i32.const -1))"),
    failing(),
  ],
  ["request-of-1-mb", "ask with a request of 1 MB", mail("(call $ask (i32.const 0) (i32.const 1000000))"), failing()],
  [
    "result-behind",
    "be given a result behind its memory",
    `${request(clock)} ${mail(`(drop ${asking(clock)}) (call $result (i32.const ${pages})) (i32.const 0)`)}`,
    failing(),
  ],
  [
    "result-of-nothing",
    "be given a result without a request",
    mail(`(call $result (i32.const 0)) ${ending("pass")}`),
    answered(/^250 /),
  ],
  [
    "content-behind",
    "be given content behind its memory",
    mail(`(drop (call $content (f64.const 0) (i32.const 64) (i32.const -1))) ${ending("pass")}`),
    failing(),
  ],
  [
    "content-at-nan",
    "be given content at NaN, infinity and -1",
    mail(`
    (drop (call $content (f64.const nan) (i32.const 64) (i32.const 0)))
    (drop (call $content (f64.const inf) (i32.const 64) (i32.const 0)))
    (drop (call $content (f64.const -1) (i32.const 64) (i32.const 0)))
    ${ending("pass")}`),
    answered(/^250 /),
  ],
  [
    "request-of-rubbish",
    "ask with what is no JSON",
    `${request("}{")} ${mail(`(drop ${asking("}{")}) ${ending("pass")}`)}`,
    answered(/^250 /),
  ],
  [
    "request-of-null",
    "ask with null",
    `${request("null")} ${mail(`(drop ${asking("null")}) ${ending("pass")}`)}`,
    answered(/^250 /),
  ],
  [
    "request-for-the-prototype",
    "ask for a capability that every object has",
    `${request(`{"capability":"constructor"}`)} ${
      mail(`(drop ${asking(`{"capability":"constructor"}`)}) ${ending("pass")}`)
    }`,
    answered(/^250 /),
  ],
  [
    "request-storm",
    "ask for what it was not granted, without end",
    `${request(clock)} ${mail(`(loop (drop ${asking(clock)}) (br 0)) (unreachable)`)}`,
    failing({ endless: true }),
  ],
  [
    "content-storm",
    "ask for content that is not there, without end",
    mail("(loop (drop (call $content (f64.const 0) (i32.const 64) (i32.const 0))) (br 0)) (unreachable)"),
    failing({ endless: true }),
  ],
];

const userFunction = `(import "extism:host/user" "dns" (func $dns (param i64) (result i64)))`;

/** By Extism's convention, of which the names are capabilities. */
const userCalls: readonly Row[] = [
  [
    "user-request-of-nothing",
    "ask with a block it never allocated",
    mail("(drop (call $dns (i64.const 0x7fff000000000000))) (i32.const 0)"),
    failing(),
  ],
  [
    "user-request-of-1-mb",
    "ask with a block of 1 MB",
    mail("(drop (call $dns (call $alloc (i64.const 1000000)))) (i32.const 0)"),
    failing(),
  ],
  [
    "user-request-storm",
    "be given blocks of results without end",
    mail(
      "(local $at i64) (local.set $at (call $alloc (i64.const 8))) (loop (drop (call $dns (local.get $at))) (br 0)) (unreachable)",
    ),
    failing({ endless: true }),
  ],
];

const silent = `{"capability":"dns","request":{"queries":[{"name":"silent.example","type":"TXT"}]}}`;
const waiting = `${request(silent)} (global $inside (mut i32) (i32.const 0))`;

/** Granted `dns`, of a server that never answers. */
const waits: readonly (readonly [name: string, tries: string, fields: string, expected: Expected])[] = [
  [
    "never-answered",
    "wait for a name server that never answers",
    `${waiting} ${mail(`(drop ${asking(silent)}) ${ending("pass")}`)}`,
    failing({ waits: 300 }),
  ],
  [
    "never-answered-again",
    "wait for it again and again",
    `${waiting} ${mail(`(loop (drop ${asking(silent)}) (br 0)) (unreachable)`)}`,
    failing({ waits: 300 }),
  ],
  [
    "entered-while-it-waits",
    "be asked by other sessions while one of its calls waits, and mix them up",
    `${waiting} ${
      mail(`(if (global.get $inside) (then ${answer("exceeded")} (return (i32.const 0))))
      (global.set $inside (i32.const 1)) (drop ${asking(silent)}) ${ending("pass")}`)
    }`,
    failing({ waits: 300, clients: 4, failures: 4, talk: [["MAIL FROM:<a@example.org>", deferred]] }),
  ],
];

function attackOf([name, tries, fields, expected]: Row): Attack {
  return { name, tries, language: "WAT", wasm: () => assembled(hostile(fields)), expected };
}

export const hostAttacks: readonly Attack[] = [
  ...[...pointers, ...peeks].map(attackOf),
  ...requests.map(([name, tries, fields, expected]): Attack => ({
    name,
    tries,
    language: "WAT",
    wasm: () => assembled(hostile(fields, { hostCalls: true })),
    expected,
  })),
  ...userCalls.map(([name, tries, fields, expected]): Attack => ({
    name,
    tries,
    language: "WAT",
    wasm: () => assembled(hostile(fields, { imports: userFunction })),
    expected,
  })),
  ...waits.map(([name, tries, fields, expected]): Attack => ({
    name,
    tries,
    language: "WAT",
    wasm: () => assembled(hostile(fields, { hostCalls: true }), { name: adversaryName, needs: ["dns"] }),
    expected,
    given: { grant: ["dns"], wall: 300 },
  })),
];
