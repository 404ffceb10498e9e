// Guests that answer what the contract does not allow, octet for octet: no JSON, no UTF-8, no verdict of this hook.

import { answered, assembled, type Attack, deferred, type Expected, failing, type Said } from "./attack.ts";
import { hostile, mail, quoted } from "./guest_text.ts";

type Row = readonly [name: string, tries: string, answer: string | Uint8Array];

const raw = (text: string, octets: readonly number[], rest: string): Uint8Array =>
  Uint8Array.from([...new TextEncoder().encode(text), ...octets, ...new TextEncoder().encode(rest)]);
const reject = (text: string): string => `{"verdict":"reject","text":${text}}`;
const rejectWith = (more: string): string => `{"verdict":"reject","text":"no",${more}}`;

const rows: readonly Row[] = [
  ["no-json", "answer what is no JSON", "250 OK"],
  ["half-json", "answer JSON that breaks off", '{"verdict":"pass"'],
  ["json-and-more", "answer two values", '{"verdict":"pass"}{"verdict":"accept"}'],
  ["deep-json", "answer 30,000 lists inside one another", "[".repeat(30_000) + "]".repeat(30_000)],
  [
    "deep-notes",
    "note 1,000 objects inside one another",
    `{"verdict":"pass","notes":{"session":${'{"a":'.repeat(1000)}1${"}".repeat(1000)}}}`,
  ],
  ["json-null", "answer null", "null"],
  ["json-list", "answer a list", '["pass"]'],
  ["empty-object", "answer without a verdict", "{}"],
  ["unknown-verdict", "answer a verdict that does not exist", '{"verdict":"deliver"}'],
  ["verdict-in-a-list", "answer a list of verdicts", '{"verdict":["accept"]}'],
  ["unknown-member", "answer with a member that does not exist", '{"verdict":"pass","relay":true}'],
  [
    "prototype",
    "reach the prototype of objects",
    '{"verdict":"pass","notes":{"session":{"__proto__":{"admin":true}}}}',
  ],
  ["large-notes", "note more than 4 KB", `{"verdict":"pass","notes":{"session":{"a":"${"x".repeat(5000)}"}}}`],
  ["invalid-utf8", "answer what is no UTF-8", raw('{"verdict":"reject","text":"', [0xff, 0xfe], '"}')],
  ["overlong-utf8", "hide a line end in overlong UTF-8", raw('{"verdict":"reject","text":"a', [0xc0, 0x8a], 'b"}')],
  [
    "surrogate-in-utf8",
    "write half a surrogate pair as UTF-8",
    raw('{"verdict":"reject","text":"', [0xed, 0xa0, 0x80], '"}'),
  ],
  ["utf16", "answer in UTF-16", raw("", [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00], "")],
  ["byte-order-mark", "answer behind a byte order mark", raw("", [0xef, 0xbb, 0xbf], '{"verdict":"pass"}')],
  ["high-surrogate", "answer half a surrogate pair", reject('"\\ud800"')],
  ["low-surrogate", "answer the other half of a surrogate pair", reject('"a\\udfffb"')],
  ["surrogates-swapped", "answer a surrogate pair the wrong way round", reject('"\\udc00\\ud800"')],
  ["raw-cr-lf", "answer a line end that is not escaped", reject('"no\r\n250 yes"')],
  ["raw-nul", "answer a NUL that is not escaped", reject('"no\0"')],
  ["next-line", "answer the line end of C1", reject('"no\\u0085250 yes"')],
  ["no-reason", "refuse without a reason", '{"verdict":"reject"}'],
  ["blank-reason", "refuse with blanks for a reason", reject('"  "')],
  ["long-reason", "refuse with a reason of 60 KB", reject(`"${"x".repeat(60_000)}"`)],
  ["many-lines", "refuse with 21 lines", reject(JSON.stringify(new Array(21).fill("no")))],
  ["code-of-success", "refuse with the code 250", rejectWith('"code":250')],
  ["code-of-data", "refuse with the code 354", rejectWith('"code":354')],
  ["code-too-long", "refuse with the code 5500", rejectWith('"code":5500')],
  ["code-of-defer", "refuse for good with a code of 4xx", rejectWith('"code":450')],
  ["code-not-whole", "refuse with the code 550.5", rejectWith('"code":550.5')],
  ["code-as-text", "put a reply into the code", rejectWith('"code":"250 yes"')],
  ["status-as-text", "put a reply into the status", rejectWith('"status":"5.7.1 no 250 yes"')],
  ["status-of-success", "refuse with the status 2.0.0", rejectWith('"status":"2.0.0"')],
  ["infinite-code", "refuse with the code 1e999", rejectWith('"code":1e999')],
  [
    "edits-at-mail",
    "edit a message that does not exist yet",
    '{"verdict":"pass","edits":[{"edit":"addHeader","name":"A","value":"b"}]}',
  ],
];

/** A module whose `hook` answers exactly these octets. */
function answering(hook: string, octets: string | Uint8Array): Uint8Array {
  const length = typeof octets === "string" ? new TextEncoder().encode(octets).length : octets.length;
  const write = `(func (export "${hook}") (result i32)
    (call $write (i32.const 4096) (i32.const ${length})) (i32.const 0))`;
  return assembled(hostile(`(data (i32.const 4096) ${quoted(octets)}) ${write}`), { hooks: [hook] });
}

interface Elsewhere {
  readonly hook: string;
  readonly answer: string;
  readonly talk: readonly Said[];
}

const toData: readonly Said[] = [
  ["MAIL FROM:<a@example.org>", /^250 /],
  ["RCPT TO:<reader@localhost>", /^250 /],
];

/** Verdicts that are right on other hooks. */
const elsewhere: readonly (readonly [name: string, tries: string, Elsewhere])[] = [
  ["reject-a-fact", "refuse a hook that only tells a fact", {
    hook: "reset_transaction",
    answer: reject('"no"'),
    talk: [["MAIL FROM:<a@example.org>", /^250 /], ["RSET", /^250 /], ["NOOP", /^250 /]],
  }],
  ["edits-at-rcpt", "edit recipients while they are named", {
    hook: "rcpt",
    answer: '{"verdict":"accept","edits":[{"edit":"addRecipient","forwardPath":{"localPart":"a","domain":"b.c"}}]}',
    talk: [["MAIL FROM:<a@example.org>", /^250 /], ["RCPT TO:<reader@localhost>", deferred]],
  }],
  ["edits-at-data", "edit a message before it came", {
    hook: "data",
    answer: '{"verdict":"pass","edits":[{"edit":"removeHeader","name":"Received"}]}',
    talk: [...toData, ["DATA", deferred], ["NOOP", /^250 /]],
  }],
];

/** Lies about success that are no answer at all. */
const without: readonly (readonly [name: string, tries: string, body: string, expected: Expected])[] = [
  ["no-answer", "end well without an answer", "(i32.const 0)", failing()],
  [
    "wrong-return",
    "answer, and return 250",
    "(call $write (i32.const 1024) (i32.const 18)) (i32.const 250)",
    failing(),
  ],
  [
    "two-answers",
    "pass first, and then answer rubbish",
    "(call $write (i32.const 1024) (i32.const 18)) (call $write (i32.const 0) (i32.const 5)) (i32.const 0)",
    failing(),
  ],
  [
    "failure-taken-back",
    "fail, take it back, and pass",
    "(call $fail (call $alloc (i64.const 8))) (call $fail (i64.const 0)) (call $write (i32.const 1024) (i32.const 18)) (i32.const 0)",
    answered(/^250 /),
  ],
  ["trap", "trap", "(unreachable)", failing()],
  ["division-by-zero", "divide by zero", "(i32.div_u (i32.const 1) (i32.const 0))", failing()],
  ["outside-its-memory", "read outside its own memory", "(i32.load (i32.const -4))", failing()],
  ["outside-its-table", "call outside its table", "(call_indirect (type $hook) (i32.const 99))", failing()],
];

export const answerAttacks: readonly Attack[] = [
  ...rows.map(([name, tries, octets]): Attack => ({
    name,
    tries,
    language: "WAT",
    wasm: () => answering("mail", octets),
    expected: failing(),
  })),
  ...elsewhere.map(([name, tries, { hook, answer, talk }]): Attack => ({
    name,
    tries,
    language: "WAT",
    wasm: () => answering(hook, answer),
    expected: { kind: "answered", talk, failures: 1 },
  })),
  ...without.map(([name, tries, body, expected]): Attack => ({
    name,
    tries,
    language: "WAT",
    wasm: () => assembled(hostile(`(table 1 funcref) ${mail(body)}`)),
    expected,
  })),
];
