// Files that are no honest module: what they claim to hold, export or need is not so, or is too much.

import { manifestSection } from "../../sdk/contract/manifest.ts";
import { leb, withSection } from "../support/wat_plugin.ts";
import { answered, assembled, type Attack, type Expected, failing, refused, withManifest } from "./attack.ts";
import { ending, hostile, mail, quoted } from "./guest_text.ts";

type Row = readonly [name: string, tries: string, wasm: () => Uint8Array, expected: Expected];

const good = (): Uint8Array => assembled(hostile(mail(ending("pass"))));
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const passed = answered(/^250 /);

/** A hook `mail` that passes, and what it needs for that. */
const passing = `(func (export "mail") (result i32) (call $w (i32.const 0) (i32.const 18)) (i32.const 0))`;
const writing = `(import "qpsmtpd" "answer_write" (func $w (param i32 i32)))`;
const word = `(memory (export "memory") 1) (data (i32.const 0) ${quoted(`{"verdict":"pass"}`)})`;

function joined(...pieces: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** Nothing but the beginning of a module and 40 MB behind it. */
function largeFile(): Uint8Array {
  const file = new Uint8Array(40_000_000);
  file.set([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  return file;
}

/** A module of one function with these instructions, written octet by octet: assemblers have limits of their own. */
function codeOf(instructions: Uint8Array): () => Uint8Array {
  return () => {
    const body = joined([0], instructions, [0x0b]);
    const code = joined(leb(1), leb(body.length), body);
    const sections = [[1, 4, 1, 0x60, 0, 0], [3, 2, 1, 0], [10, ...leb(code.length)]].flat();
    return withManifest(joined([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], sections, code), {});
  };
}

/** A module of its own with the manifest of an adversary. */
function module(fields: string): () => Uint8Array {
  return () => assembled(`(module ${fields})`);
}

/** The same, of one that would pass if it were let. */
function sized(fields: string): () => Uint8Array {
  return module(`${writing} ${word} ${passing} ${fields}`);
}

const files: readonly Row[] = [
  ["empty-file", "be a file without an octet", () => new Uint8Array(0), refused(/no WebAssembly module/)],
  ["shell-script", "be a shell script", () => text("#!/bin/sh\nrm -rf /\n"), refused(/no WebAssembly module/)],
  ["component", "be a component", () => joined([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]), refused(/component/)],
  [
    "no-manifest",
    "be a module without a manifest",
    () => joined([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]),
    refused(/no manifest/),
  ],
  ["cut-off", "break off in the middle", () => good().subarray(0, 200), refused(/damaged/)],
  [
    "section-behind-the-end",
    "claim a section longer than the file",
    () => joined(good(), [0], leb(1_000_000), [1, 97]),
    refused(/damaged.*longer than the file/),
  ],
  [
    "section-of-4-gb",
    "claim a section of 4 GB",
    () => joined(good(), [0, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    refused(/damaged/),
  ],
  [
    "section-of-endless-length",
    "claim a length that has no end",
    () => joined(good(), [0], new Array(64).fill(0x80)),
    refused(/damaged/),
  ],
  [
    "name-behind-its-section",
    "claim a name longer than its section",
    () => joined(good(), [0, 2, 0x7f, 97]),
    refused(/damaged/),
  ],
  ["two-manifests", "have two manifests", () => withManifest(good(), {}), refused(/two sections/)],
  [
    "5000-sections",
    "have 5,000 empty sections",
    () => joined(good(), new Array(5000).fill([0, 1, 0]).flat()),
    refused(/damaged|sections/),
  ],
  ["unknown-section", "have a section that does not exist", () => joined(good(), [99, 0]), refused(/file/)],
  ["section-twice", "have two sections of types", () => joined(good(), [1, 1, 0]), refused(/file/)],
  [
    "file-of-40-mb",
    "be a file of 40 MB",
    largeFile,
    refused(/octets/),
  ],
];

const manifests: readonly Row[] = ([
  ["manifest-no-json", "have a manifest that is no JSON", text("name = 'tried'"), /manifest/],
  ["manifest-no-utf8", "have a manifest that is no UTF-8", Uint8Array.from([0x7b, 0xff, 0x7d]), /UTF-8/],
  ["manifest-of-1-mb", "have a manifest of 1 MB", text(" ".repeat(1_000_000)), /longer than/],
] as const).map(([name, tries, octets, problem]) => [
  name,
  tries,
  () => withSection(joined([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), manifestSection, octets),
  refused(problem),
]);

const lies: readonly Row[] = ([
  ["name-with-a-path", "be called like a file elsewhere", { name: "../../etc/passwd" }],
  ["name-with-cr-lf", "put a line of its own into the log by its name", { name: "tried\r\n250 yes" }],
  ["description-with-nul", "put a NUL into its description", { description: "a\0b" }],
  ["unknown-hook", "register a hook that does not exist", { hooks: ["shutdown"] }],
  ["hook-of-the-prototype", "register a hook that every object has", { hooks: ["constructor"] }],
  ["list-elsewhere", "be given a file elsewhere as a list", { lists: ["../../etc/shadow"] }],
  ["configuration-as-list", "be given the configuration as a list", { lists: ["qpsmtpd.toml"] }],
  ["future-contract", "speak a contract that does not exist yet", { contract: 99 }],
  ["needs-without-grant", "need what nobody granted", { needs: ["http:https://evil.example/*"] }],
  ["hook-it-lacks", "register a hook it does not export", { hooks: ["rcpt"] }],
] as const).map(([name, tries, manifest]) => [
  name,
  tries,
  () => assembled(hostile(mail(ending("pass"))), manifest),
  refused(/./),
]);

const exported: readonly Row[] = [
  [
    "hook-is-a-memory",
    "export a memory in the place of the hook",
    module(`(memory (export "mail") 1)`),
    refused(/exports\.mail/),
  ],
  [
    "hook-is-a-global",
    "export a global in the place of the hook",
    module(`(global (export "mail") i32 (i32.const 0))`),
    refused(/exports\.mail/),
  ],
  [
    "hook-is-a-table",
    "export a table in the place of the hook",
    module(`(table (export "mail") 1 funcref)`),
    refused(/exports\.mail/),
  ],
  [
    "hook-with-a-parameter",
    "export a hook that wants a parameter",
    module(`(func (export "mail") (param i32) (result i32) (i32.const 0))`),
    refused(/parameters/),
  ],
  [
    "hook-is-the-host",
    "export a function of the host as the hook",
    module(`(import "qpsmtpd" "event_length" (func $l (result i32))) (export "mail" (func $l))`),
    failing(),
  ],
  ["hook-without-a-result", "export a hook that returns nothing", module(`(func (export "mail"))`), failing()],
  [
    "hook-of-64-bits",
    "export a hook that returns 64 bits",
    module(`(func (export "mail") (result i64) (i64.const 0))`),
    failing(),
  ],
  [
    "hook-of-two-results",
    "export a hook that returns two numbers",
    module(`(func (export "mail") (result i32 i32) (i32.const 0) (i32.const 0))`),
    failing(),
  ],
  [
    "memory-is-a-function",
    "export a function in the place of its memory",
    module(
      `(import "qpsmtpd" "answer_write" (func $w (param i32 i32))) (func (export "memory")) ${
        mail("(call $w (i32.const 0) (i32.const 1)) (i32.const 0)")
      }`,
    ),
    failing(),
  ],
  [
    "no-memory",
    "answer without having a memory",
    module(
      `(import "qpsmtpd" "answer_write" (func $w (param i32 i32))) ${
        mail("(call $w (i32.const 0) (i32.const 1)) (i32.const 0)")
      }`,
    ),
    failing(),
  ],
  [
    "export-of-the-guard",
    "export what only the guard may",
    module(`(global (export "qpsmtpd:guard:fuel") (mut i32) (i32.const 0)) ${mail("(i32.const 0)")}`),
    refused(/./),
  ],
];

const imported: readonly Row[] = ([
  [
    "http-of-extism",
    "import Extism's own HTTP",
    "extism:host/env",
    "http_request",
    "(func (param i64 i64) (result i64))",
  ],
  ["unknown-host-function", "import a host function that does not exist", "qpsmtpd", "shutdown", "(func)"],
  ["javascript", "import what JavaScript objects have", "qpsmtpd", "constructor", "(func)"],
  ["import-of-the-guard", "import the guard's tick", "qpsmtpd:guard", "tick", "(func (param i32) (result i32))"],
  ["function-as-global", "import a host function as a global", "qpsmtpd", "event_length", "(global i32)"],
] as const).map(([name, tries, namespace, field, type]) => [
  name,
  tries,
  module(`(import "${namespace}" "${field}" ${type}) ${mail("(i32.const 0)")}`),
  refused(/./),
]);

const sizes: readonly Row[] = [
  ["50000-functions", "have 50,000 functions", sized(`${"(func)".repeat(49_999)}`), passed],
  ["60000-functions", "have 60,000 functions", sized(`${"(func)".repeat(60_000)}`), refused(/file/)],
  [
    "long-function",
    "have a function of 500 KB",
    codeOf(new Uint8Array(500_000).fill(0x01)),
    refused(/file/),
  ],
  [
    "deep-blocks",
    "have 20,000 blocks inside one another",
    codeOf(joined(new Array(20_000).fill([0x02, 0x40]).flat(), new Array(20_000).fill(0x0b))),
    refused(/file/),
  ],
  [
    "many-locals",
    "have a function of 40,000 locals",
    sized(`(func (local ${"i64 ".repeat(40_000)}))`),
    refused(/file/),
  ],
  [
    "20000-segments",
    "have 20,000 data segments",
    sized(`${`(data (i32.const 0) "a")`.repeat(20_000)}`),
    refused(/file/),
  ],
  [
    "segment-outside",
    "write outside its memory while it is instantiated",
    sized(`(data (i32.const 65536) "a")`),
    refused(/does not start/),
  ],
  [
    "start-that-traps",
    "trap while it is instantiated",
    sized(`(func $s (unreachable)) (start $s)`),
    refused(/does not start/),
  ],
];

export const moduleAttacks: readonly Attack[] = [
  ...[...files, ...manifests, ...lies, ...exported, ...imported].map(attackOf),
  ...sizes.map((row): Attack => ({ ...attackOf(row), heavy: true })),
];

function attackOf([name, tries, wasm, expected]: Row): Attack {
  return { name, tries, language: "WAT", wasm, expected };
}
