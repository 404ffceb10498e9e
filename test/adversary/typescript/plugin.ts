// Means harm in TypeScript: what it does is said by the local part of the reverse-path.

import { definePlugin, pass, reject } from "#sdk";
import type { Answer, Plugin } from "#sdk";

/** What a stranger's JavaScript may hold: nothing is known of it. */
type Anything = { [name: string]: unknown };

const held: unknown[] = [];
let secret = "";

const attacks: { readonly [name: string]: () => unknown } = {
  "loop": () => {
    for (;;);
  },
  "loop-in-finally": () => {
    for (;;) {
      try {
        throw new Error("again");
      } finally {
        // deno-lint-ignore no-unsafe-finally
        continue;
      }
    }
  },
  "loop-of-promises": async () => {
    for (;;) await undefined;
  },
  "regular-expression": () => /^(a+)+$/.test(`${"a".repeat(60)}!`),
  "sort": () =>
    [3, 2, 1].sort(() => {
      for (;;);
    }),
  "getter": () =>
    JSON.stringify({
      get a(): number {
        for (;;);
      },
    }),
  "to-json": () => ({
    verdict: "pass",
    toJSON: () => {
      for (;;);
    },
  }),
  "thenable": () => ({
    then: () => {
      for (;;);
    },
  }),
  "never": () => new Promise(() => {}),
  "arrays": () => {
    for (;;) held.push(new Array(10_000).fill(held.length));
  },
  "string": () => {
    let text = "x";
    for (;;) text += text;
  },
  "array-buffer": () => new ArrayBuffer(2 ** 31),
  "recursion": () => {
    const down = (n: number): number => 1 + down(n + 1);
    return down(0);
  },
  "recursion-of-json": () => {
    const list: unknown[] = [];
    list.push(list);
    return JSON.stringify(list);
  },
  "deep-json": () => JSON.parse("[".repeat(1_000_000)),
  "throw": () => {
    throw new Error("secret of the plugin");
  },
  "throw-nothing": () => {
    // deno-lint-ignore no-throw-literal
    throw undefined;
  },
  "throw-a-trap": () => {
    throw {
      get message(): string {
        throw new Error("in the message");
      },
    };
  },
  "log-flood": () => {
    for (let line = 0; line < 500; line++) console.log("x".repeat(1000));
    return pass();
  },
  "log-of-line-ends": () => {
    console.log("a\r\n2026-11-22T12:00:00.000Z info accept hook=rcpt\0\u001b[31m");
    return pass();
  },
  "prototype": () => {
    (Object.prototype as Anything)["verdict"] = "accept";
    return {};
  },
  "large": () => ({ verdict: "reject", text: "x".repeat(100_000) }),
  "text-that-is-no-text": () => ({ verdict: "reject", text: { length: 1, 0: "no" } }),
};

const breaks: { readonly [name: string]: string } = { cr: "\r", lf: "\n", nul: "\0" };

/** Where a string can stand in an answer; those with an edit are for `data_post`. */
const fields: { readonly [name: string]: (text: string) => Anything } = {
  "verdict": (text) => ({ verdict: text }),
  "text": (text) => ({ verdict: "reject", text }),
  "line": (text) => ({ verdict: "reject", text: ["no", text] }),
  "text-of-accept": (text) => ({ verdict: "accept", text }),
  "status": (text) => ({ verdict: "reject", text: "no", status: `5.7.1${text}` }),
  "code": (text) => ({ verdict: "defer", text: "no", code: `450${text}` }),
  "member": (text) => ({ verdict: "pass", [text]: true }),
  "note-name": (text) => ({ verdict: "pass", notes: { session: { [text]: 1 } } }),
  "note": (text) => ({ verdict: "pass", notes: { transaction: { a: [text] } } }),
  "edit": (text) => edit({ edit: text, name: "A", value: "b" }),
  "added-name": (text) => edit({ edit: "addHeader", name: text, value: "b" }),
  "added-value": (text) => edit({ edit: "addHeader", name: "A", value: text }),
  "removed-name": (text) => edit({ edit: "removeHeader", name: text }),
  "replaced-name": (text) => edit({ edit: "replaceHeader", name: text, value: "b" }),
  "replaced-value": (text) => edit({ edit: "replaceHeader", name: "A", value: text }),
  "added-local-part": (text) => edit({ edit: "addRecipient", forwardPath: { localPart: text, domain: "a.example" } }),
  "added-domain": (text) => edit({ edit: "addRecipient", forwardPath: { localPart: "a", domain: text } }),
  "removed-domain": (text) => edit({ edit: "removeRecipient", forwardPath: { localPart: "a", domain: text } }),
  "reverse-path": (text) => edit({ edit: "changeReversePath", reversePath: { localPart: text, domain: "a.example" } }),
};

function edit(wanted: Anything): Anything {
  return { verdict: "pass", edits: [wanted] };
}

/** `text.cr`: an answer with a line end in that field. */
function answerOf(name: string): Anything | undefined {
  const [field = "", kind = ""] = name.split(".");
  return fields[field]?.(`a${breaks[kind] ?? ""}250 yes`);
}

const plugin: Plugin<undefined> = definePlugin({
  mail(event): Answer {
    const name = event.reversePath?.localPart ?? "";
    if (name === "tell") secret = globalThis.name = "secret";
    if (name === "recall") return secret === "" && globalThis.name === undefined ? pass() : reject("it remembered");
    const answer = attacks[name]?.() ?? (name.endsWith(".post") ? undefined : answerOf(name));
    return (answer ?? pass()) as Answer;
  },
  data_post(event): Answer {
    const name = event.transaction.reversePath?.localPart ?? "";
    return (answerOf(name.replace(/\.post$/, "")) ?? pass()) as unknown as Answer;
  },
});

declare global {
  var name: string | undefined;
}

export default plugin;
