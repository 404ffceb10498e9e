// The whole of mode, manner and verdict as one table, and what becomes of codes whose class no longer fits.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Refusal, Verdict } from "../../sdk/contract/verdict.ts";
import type { Manner, Policy } from "./policy.ts";
import { inManner, rule } from "./ruling.ts";

const reject: Verdict = { verdict: "reject", text: "No", code: 554, status: "5.7.1" };
const defer: Verdict = { verdict: "defer", text: "Later", code: 450, status: "4.7.1" };
const modes = ["enforce", "late", "monitor"] as const;
const manners = [undefined, "reject", "defer", "disconnect", "defer_disconnect"] as const;

/** `verdict | as | enforce, late ahead, late reached, monitor`. */
const expected = `
reject | -                | refuses reject  late reject  refuses reject  tolerated reject
reject | reject           | refuses reject  late reject  refuses reject  tolerated reject
reject | defer            | refuses defer  late defer  refuses defer  tolerated defer
reject | disconnect       | refuses reject+  late reject+  refuses reject+  tolerated reject+
reject | defer_disconnect | refuses defer+  late defer+  refuses defer+  tolerated defer+
defer  | -                | refuses defer  late defer  refuses defer  tolerated defer
defer  | reject           | refuses reject  late reject  refuses reject  tolerated reject
defer  | defer            | refuses defer  late defer  refuses defer  tolerated defer
defer  | disconnect       | refuses reject+  late reject+  refuses reject+  tolerated reject+
defer  | defer_disconnect | refuses defer+  late defer+  refuses defer+  tolerated defer+
`;

function shown(verdict: Verdict, policy: Pick<Policy, "mode" | "as">, late: boolean): string {
  const ruling = rule(verdict, policy, late);
  if (ruling.kind === "passes" || ruling.kind === "accepts") return ruling.kind;
  return `${ruling.kind} ${ruling.refusal.verdict}${ruling.refusal.disconnect === true ? "+" : ""}`;
}

test("every verdict in every mode and manner", () => {
  const rows = [reject, defer].flatMap((verdict) =>
    manners.map((as) => {
      const policy = as === undefined ? {} : { as };
      const cells = [
        shown(verdict, { mode: "enforce", ...policy }, true),
        shown(verdict, { mode: "late", ...policy }, true),
        shown(verdict, { mode: "late", ...policy }, false),
        shown(verdict, { mode: "monitor", ...policy }, true),
      ];
      return `${verdict.verdict.padEnd(6)} | ${(as ?? "-").padEnd(16)} | ${cells.join("  ")}`;
    })
  );
  equal(`\n${rows.join("\n")}\n`, expected);
});

test("pass and accept are what they are, whatever the policy", () => {
  for (const mode of modes) {
    for (const as of manners) {
      const policy = as === undefined ? { mode } : { mode, as };
      equal(shown({ verdict: "pass" }, policy, true), "passes");
      equal(shown({ verdict: "accept" }, policy, true), "accepts");
    }
  }
});

const worded: readonly (readonly [Refusal, Manner, Refusal])[] = [
  [
    { verdict: "reject", text: "No", code: 554, status: "5.7.1" },
    "reject",
    { verdict: "reject", text: "No", disconnect: false, code: 554, status: "5.7.1" },
  ],
  [{ verdict: "reject", text: "No", code: 554, status: "5.7.1" }, "defer", {
    verdict: "defer",
    text: "No",
    disconnect: false,
  }],
  [{ verdict: "defer", text: "No", code: 421, disconnect: true }, "defer", {
    verdict: "defer",
    text: "No",
    disconnect: false,
  }],
  [{ verdict: "defer", text: "No", code: 450, status: "4.7.1" }, "defer_disconnect", {
    verdict: "defer",
    text: "No",
    disconnect: true,
    status: "4.7.1",
  }],
  [{ verdict: "defer", text: "No" }, "disconnect", { verdict: "reject", text: "No", disconnect: true }],
];

for (const [refusal, as, result] of worded) {
  test(`${JSON.stringify(refusal)} as ${as}`, () => deepEqual(inManner(refusal, as), result));
}
