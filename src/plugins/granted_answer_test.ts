// Which answers need which grant.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type HookName, hookNames } from "../../sdk/contract/contract.ts";
import type { Answer, Edit } from "../../sdk/contract/verdict.ts";
import { forbiddenInAnswer } from "./granted_answer.ts";
import { type EffectiveGrants, effectiveGrants, parseGrant } from "./grants.ts";

function grants(...texts: readonly string[]): EffectiveGrants {
  const list = texts.map(parseGrant).flatMap((parsed) => parsed.kind === "grant" ? [parsed.grant] : []);
  const result = effectiveGrants(list, list);
  return result.kind === "granted" && list.length === texts.length ? result.grants : assert.fail(texts.join());
}

const mailbox = { localPart: "b", domain: "server.test" };
const accepts: Answer = { verdict: "accept" };
const rejects: Answer = { verdict: "reject", text: "no" };
const defers: Answer = { verdict: "defer", text: "later" };

/** The grant lets the answer pass; without it, and with every other verdict granted, it does not. */
const verdicts: readonly (readonly [answer: Answer, word: string, others: readonly string[]])[] = [
  [accepts, "accept", ["reject", "defer", "disconnect"]],
  [rejects, "reject", ["accept", "defer", "disconnect"]],
  [defers, "defer", ["accept", "reject", "disconnect"]],
  [{ ...rejects, disconnect: true }, "disconnect", ["accept", "reject", "defer"]],
  [{ ...defers, disconnect: true }, "disconnect", ["accept", "reject", "defer"]],
  [{ ...defers, code: 421 }, "disconnect", ["accept", "reject", "defer"]],
];

for (const [answer, word, others] of verdicts) {
  for (const hook of hookNames) {
    test(`${JSON.stringify(answer)} at ${hook} needs verdict:${word}@${hook}`, () => {
      const without = others.map((other) => `verdict:${other}@*`);
      const elsewhere = hookNames.filter((other) => other !== hook).map((other) => `verdict:${word}@${other}`);
      const forbidden = forbiddenInAnswer(answer, hook, grants(...without, ...elsewhere));
      const sentence =
        `may not ${word} at ${hook}: "verdict:${word}@${hook}" is not among its needs, or is not granted`;
      assert.equal(forbidden, sentence);
      assert.equal(forbiddenInAnswer(answer, hook, grants(...without, `verdict:${word}@${hook}`)), undefined);
    });
  }
}

test("pass and notes need nothing, and so does a refusal that says disconnect: false", () => {
  const answers: readonly (readonly [Answer, HookName])[] = [
    [{ verdict: "pass" }, "rcpt"],
    [{ verdict: "pass", notes: { session: { a: 1 } } }, "disconnect"],
    [{ ...rejects, disconnect: false }, "rcpt"],
    [{ ...rejects, code: 521 }, "rcpt"],
  ];
  for (const [answer, hook] of answers) {
    assert.equal(forbiddenInAnswer(answer, hook, grants("verdict:reject@rcpt")), undefined);
  }
});

const edits: readonly (readonly [edit: Edit, enough: readonly string[], short: readonly string[]])[] = [
  [{ edit: "addHeader", name: "X-Spam-Flag", value: "YES" }, ["edit:header:x-spam-*", "edit:header", "edit"], [
    "edit:header:Subject",
    "edit:recipients",
    "edit:header:X-Spam",
  ]],
  [{ edit: "insertHeader", name: "Subject", value: "s", at: 2 }, ["edit:header:subject", "edit:header"], [
    "edit:header:X-*",
  ]],
  [{ edit: "removeHeader", name: "Subject" }, ["edit:header:subject"], ["edit:header:X-*", "edit:reverse_path"]],
  [{ edit: "replaceHeader", name: "Subject", value: "s" }, ["edit:header:Subject"], ["edit:header:Sub"]],
  // A star in a name is a character of the name.
  [{ edit: "removeHeader", name: "X-*" }, ["edit:header:X-*"], ["edit:header:X-Spam"]],
  [{ edit: "addRecipient", forwardPath: mailbox }, ["edit:recipients"], ["edit:header", "edit:reverse_path"]],
  [{ edit: "removeRecipient", forwardPath: mailbox }, ["edit:recipients"], ["edit:header", "edit:reverse_path"]],
  [{ edit: "changeReversePath", reversePath: null }, ["edit:reverse_path"], ["edit:header", "edit:recipients"]],
];

for (const [edit, enough, short] of edits) {
  test(`${edit.edit} ${"name" in edit ? edit.name : ""} needs one of ${enough.join(", ")}`, () => {
    const answer: Answer = { verdict: "pass", edits: [edit] };
    for (const grant of enough) assert.equal(forbiddenInAnswer(answer, "data_post", grants(grant)), undefined, grant);
    for (const grant of short) {
      assert.match(String(forbiddenInAnswer(answer, "data_post", grants(grant))), /^may not ask/);
    }
  });
}

test("one forbidden edit among granted ones is found", () => {
  const answer: Answer = {
    verdict: "pass",
    edits: [{ edit: "addHeader", name: "X-A", value: "" }, { edit: "addRecipient", forwardPath: mailbox }],
  };
  const sentence = 'may not ask for addRecipient: "edit:recipients" is not among its needs, or is not granted';
  assert.equal(forbiddenInAnswer(answer, "data_post", grants("edit:header:X-*")), sentence);
});

const standings: readonly (readonly [answer: Answer, need: string, deed: string])[] = [
  [{ verdict: "pass", marks: ["relay"] }, "mark:relay", "mark a client as relay"],
  [{ verdict: "pass", marks: ["allowed"] }, "mark:allowed", "mark a client as allowed"],
  [{ verdict: "pass", score: 1 }, "score", "give a score"],
  [{ verdict: "pass", results: [{ method: "spf", result: "pass" }] }, "results:spf", 'give a result of "spf"'],
];

test("results of several methods need each of them, or all", () => {
  const answer: Answer = {
    verdict: "pass",
    results: [{ method: "spf", result: "pass" }, { method: "iprev", result: "pass" }],
  };
  const sentence = 'may not give a result of "iprev": "results:iprev" is not among its needs, or is not granted';
  assert.equal(forbiddenInAnswer(answer, "mail", grants("results:spf", "results:dkim")), sentence);
  for (const enough of [["results:spf", "results:iprev"], ["results"], ["results:*"]]) {
    assert.equal(forbiddenInAnswer(answer, "mail", grants(...enough)), undefined);
  }
});

for (const [answer, need, deed] of standings) {
  test(`${JSON.stringify(answer)} needs ${need}`, () => {
    const others = standings.map(([, other]) => other).filter((other) => other !== need);
    const sentence = `may not ${deed}: "${need}" is not among its needs, or is not granted`;
    assert.equal(forbiddenInAnswer(answer, "connect", grants(...others)), sentence);
    assert.equal(forbiddenInAnswer(answer, "connect", grants(need)), undefined);
  });
}
