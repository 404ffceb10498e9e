// The attacks that are written in TypeScript: one plugin does them all, each when it is asked for.

import { fileURLToPath } from "node:url";
import { buildPlugin, stopBuilding } from "../../sdk/typescript/build_plugin.ts";
import { type Answered, answered, type Attack, deferred, failing, type Said } from "./attack.ts";

const endless = failing({ endless: true });

const rows: readonly (readonly [name: string, tries: string, expected: Answered])[] = [
  ["loop", "run while (true)", endless],
  ["loop-in-finally", "loop over exceptions that finally swallows", endless],
  ["loop-of-promises", "wait for itself without end", endless],
  ["regular-expression", "match a regular expression that takes years", endless],
  ["sort", "loop in the comparison of a sort", endless],
  ["getter", "loop in a getter that JSON calls", endless],
  ["to-json", "loop in the toJSON of its answer", endless],
  ["thenable", "answer a promise of its own that loops", endless],
  ["never", "answer a promise that is never kept", failing()],
  ["arrays", "fill all memory with arrays", failing()],
  ["string", "double a string until memory is full", failing()],
  ["array-buffer", "take 2 GB at once", failing()],
  ["recursion", "recurse without end", failing()],
  ["recursion-of-json", "write a list that contains itself as JSON", failing()],
  ["deep-json", "read a million lists inside one another", failing()],
  ["throw", "throw", failing()],
  ["throw-nothing", "throw undefined", failing()],
  ["throw-a-trap", "throw what throws when it is looked at", failing()],
  ["log-flood", "log 500 lines of 1,000 characters", answered(/^250 /)],
  ["log-of-line-ends", "put lines of its own into the log", answered(/^250 /)],
  ["prototype", "change the prototype of all objects", failing()],
  ["large", "answer 100 KB", failing()],
  ["text-that-is-no-text", "answer an object for a text", failing()],
];

/** One row a field; each is tried with CR, LF and NUL. */
const fieldsOfMail = ["verdict", "text", "line", "text-of-accept", "status", "code", "member", "note-name", "note"];
const fieldsOfEdits = [
  ...["edit", "added-name", "added-value", "removed-name", "replaced-name", "replaced-value"],
  ...["added-local-part", "added-domain", "removed-domain", "reverse-path"],
];
const breaks = ["cr", "lf", "nul"];

let built: Promise<Uint8Array> | undefined;

/** Once for all rows. */
function wasm(): Promise<Uint8Array> {
  built ??= build();
  return built;
}

async function build(): Promise<Uint8Array> {
  const plugin = await buildPlugin({ source: fileURLToPath(new URL("typescript/plugin.ts", import.meta.url)) });
  await stopBuilding();
  if (plugin.kind === "failed") throw new Error(plugin.problems.join("\n"));
  return plugin.wasm;
}

function mailFrom(localPart: string, answer: RegExp): Said {
  return [`MAIL FROM:<${localPart}@example.org>`, answer];
}

function message(localPart: string): readonly Said[] {
  return [
    mailFrom(localPart, /^250 /),
    ["RCPT TO:<reader@localhost>", /^250 /],
    ["DATA", /^354 /],
    ["From: <a@example.org>\r\n\r\ntext\r\n.", deferred],
  ];
}

/** The rows that fill memory. */
const heavy: readonly string[] = ["arrays", "string", "array-buffer", "deep-json"];

function attack(name: string, tries: string, expected: Answered): Attack {
  const row = { name: `typescript-${name}`, tries, language: "TypeScript" as const, wasm, expected };
  return heavy.includes(name) ? { ...row, heavy: true } : row;
}

export const typescriptAttacks: readonly Attack[] = [
  ...rows.map(([name, tries, expected]) => {
    const talk = expected.talk.map(([line, answer]) =>
      line === "NOOP" ? [line, answer] as const : mailFrom(name, answer)
    );
    return attack(name, tries, { ...expected, talk });
  }),
  ...fieldsOfMail.map((field) => {
    const talk = breaks.map((kind) => mailFrom(`${field}.${kind}`, deferred));
    return attack(
      `${field}-with-line-end`,
      `put CR, LF and NUL into the ${field} of an answer`,
      failing({ talk, failures: 3 }),
    );
  }),
  ...fieldsOfEdits.map((field) => {
    const talk = breaks.flatMap((kind) => message(`${field}.${kind}.post`));
    return attack(
      `${field}-with-line-end`,
      `put CR, LF and NUL into the ${field} of an edit`,
      failing({ talk, failures: 3 }),
    );
  }),
  attack("remember", "keep a secret for the next message in a variable and in globalThis", {
    kind: "answered",
    talk: [mailFrom("tell", /^250 /), ["RSET", /^250 /], mailFrom("recall", /^250 /)],
    failures: 0,
  }),
];
