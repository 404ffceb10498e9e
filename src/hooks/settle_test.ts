import assert from "node:assert/strict";
import { test } from "node:test";
import type { OnError } from "../../sdk/contract/manifest.ts";
import type { Answer, Edit } from "../../sdk/contract/verdict.ts";
import type { Decision } from "../smtp/decision.ts";
import type { Askable, CallResult } from "./askable.ts";
import { type Finding, isDecisive, judge } from "./finding.ts";
import { settle } from "./settle.ts";

function said(plugin: string, answer: Answer): Finding {
  return found(plugin, "defer", { kind: "answered", answer, micros: 1 });
}

function broke(plugin: string, onError: OnError): Finding {
  return found(plugin, onError, { kind: "failed", failure: "trap", message: "secret", micros: 1 });
}

function found(name: string, onError: OnError, result: CallResult): Finding {
  const plugin: Askable = { name, onError, call: () => Promise.resolve(result) };
  return judge(plugin, result, true, { hook: "rcpt", recipients: [], places: [] });
}

const pass: Answer = { verdict: "pass" };
const accept: Answer = { verdict: "accept" };
const no: Answer = { verdict: "reject", text: "no" };
const later: Answer = { verdict: "defer", text: ["a", "b"], code: 452, status: "4.2.2", disconnect: true };
const checkFailed = "A check could not be made";

const rows: readonly [string, readonly Finding[], Decision["verdict"], string | undefined, Partial<Decision>][] = [
  ["nobody asked: pass", [], "pass", undefined, { text: [], disconnect: false }],
  ["all pass: pass", [said("a", pass), said("b", pass)], "pass", undefined, {}],
  ["who passes leaves it to the next", [said("a", pass), said("b", no)], "reject", "b", { text: ["no"] }],
  ["accept decides", [said("a", pass), said("b", accept)], "accept", "b", { text: [] }],
  ["the first that is not pass decides", [said("a", no), said("b", accept)], "reject", "a", { text: ["no"] }],
  ["code, status, lines and disconnect are kept", [said("a", later)], "defer", "a", {
    text: ["a", "b"],
    code: 452,
    status: "4.2.2",
    disconnect: true,
  }],
  ["a failure with onError defer", [broke("a", "defer")], "defer", "a", {
    code: 451,
    status: "4.3.0",
    text: [`${checkFailed}, please try again later`],
  }],
  ["a failure with onError reject", [broke("a", "reject")], "reject", "a", { code: 554, text: [checkFailed] }],
  ["a failure with onError pass is passed over", [broke("a", "pass"), said("b", accept)], "accept", "b", {}],
];

for (const [title, findings, verdict, by, expected] of rows) {
  test(title, () => {
    const settled = settle(findings);
    assert.equal(settled.decision.verdict, verdict);
    assert.equal(settled.by, by);
    assert.partialDeepStrictEqual(settled.decision, expected);
  });
}

test("what went wrong inside a plugin is never told to the client", () => {
  for (const onError of ["pass", "defer", "reject"] as const) {
    assert.ok(!JSON.stringify(settle([broke("a", onError)]).decision).includes("secret"));
  }
});

test("edits of all who were asked add up in order", () => {
  const edit = (name: string): Edit => ({ edit: "addHeader", name, value: "1" });
  const findings = [said("a", { ...pass, edits: [edit("A")] }), said("b", { ...pass, edits: [edit("B"), edit("C")] })];
  assert.deepEqual(settle(findings).edits, [edit("A"), edit("B"), edit("C")]);
});

test("only pass lets the next plugin speak", () => {
  const decisive = [said("a", accept), said("a", no), said("a", later), broke("a", "defer"), broke("a", "reject")];
  assert.ok(decisive.every(isDecisive));
  assert.ok([said("a", pass), broke("a", "pass")].every((finding) => !isDecisive(finding)));
});
