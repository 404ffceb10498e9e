// Every combination of hook, mode, manner, immunity, recipients, late point and word, against three short tables.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type HookName, hookNames } from "../../sdk/contract/contract.ts";
import type { Answer } from "../../sdk/contract/verdict.ts";
import { manners, type Policy } from "../policy/policy.ts";
import { marked, markedForRecipient, markedForTransaction, newcomer, type Standing } from "../policy/standing.ts";
import { latePoints, plainTerms, type Terms } from "../policy/terms.ts";
import { ask, type Asking } from "./ask.ts";
import type { Askable, CallResult } from "./askable.ts";
import { conclude } from "./conclude.ts";
import { Notebook } from "./notebook.ts";

/** What kind of question a hook is, and the late points that are reached there. */
const hooks = `
connect              | session   |
helo                 | session   |
ehlo                 | session   |
auth                 | session   |
mail                 | begin     | mail
rcpt                 | recipient | mail rcpt
data                 | message   | mail rcpt data
data_headers_end     | message   | mail rcpt data data_headers_end
data_post            | message   | mail rcpt data data_headers_end data_post
queue                | message   | mail rcpt data data_headers_end data_post queue
vrfy                 | session   |
noop                 | session   |
help                 | session   |
unrecognized_command | session   |
quit                 | session   |
reset_transaction    | fact      |
disconnect           | fact      |
`;

/** Is the plugin asked? By the kind of question, the lifetime of the client's mark, and whom the plugin is for. */
const asking = `
fact                      | *           | *            | asked
session                   | session     | *            | -
session                   | *           | its others   | -
session                   | transaction | all          | asked
session                   | recipient   | all          | asked
session                   | none        | all          | asked
begin                     | session     | *            | -
begin                     | transaction | *            | -
begin                     | *           | its others   | -
begin                     | recipient   | all          | asked
begin                     | none        | all          | asked
recipient message         | session     | *            | -
recipient message         | transaction | *            | -
recipient message         | recipient   | *            | -
recipient message         | *           | others       | -
recipient message         | none        | all its      | asked
`;

/** What comes of its word? By mode, and by whether the point for late refusals is reached. */
const outcomes = `
*                   | *       | pass                | passes
*                   | *       | accept              | accepts
enforce             | *       | reject defer broken | told
late                | reached | reject defer broken | told
late                | ahead   | reject defer broken | kept
monitor             | *       | reject defer broken | tolerated
`;

/** How is it told or kept? A check that could not be made is told as it is. */
const tellings = `
-                | reject       | reject
-                | defer        | defer
reject           | reject defer | reject
defer            | reject defer | defer
disconnect       | reject defer | reject+
defer_disconnect | reject defer | defer+
*                | broken       | defer
`;

type Row = readonly (readonly string[])[];

function read(table: string): readonly Row[] {
  return table.trim().split("\n").map((line) => line.split("|").map((cell) => cell.trim().split(" ")));
}

/** The last cell of the one row that matches; two that do and say otherwise are a mistake of the table. */
function look(table: readonly Row[], ...keys: readonly string[]): string {
  const found = table.filter((row) => keys.every((key, i) => row[i]?.includes(key) === true || row[i]?.[0] === "*"));
  const words = new Set(found.map((row) => row.at(-1)?.join(" ")));
  assert.equal(words.size, 1, `${keys.join(", ")}: ${[...words].join(" and ") || "nothing"}`);
  return [...words].join();
}

const [hookTable, askingTable, outcomeTable, tellingTable] = [hooks, asking, outcomes, tellings].map(read);

const words = {
  pass: { verdict: "pass" },
  accept: { verdict: "accept" },
  reject: { verdict: "reject", text: "no" },
  defer: { verdict: "defer", text: "later" },
  broken: undefined,
} as const;
const lifetimes = ["none", "session", "transaction", "recipient"] as const;
const recipients = { all: [], its: [{ domain: "here.test" }], others: [{ domain: "other.test" }] } as const;

interface Combination {
  readonly hook: HookName;
  readonly mode: Policy["mode"];
  readonly as: typeof manners[number] | "-";
  readonly lifetime: typeof lifetimes[number];
  readonly speaks: keyof typeof recipients;
  readonly late: Terms["late"];
  readonly word: keyof typeof words;
}

function* combinations(hook: HookName): Generator<Combination> {
  for (const mode of ["enforce", "late", "monitor"] as const) {
    for (const as of ["-", ...manners] as const) {
      for (const lifetime of lifetimes) {
        for (const speaks of ["all", "its", "others"] as const) {
          for (const late of latePoints) {
            // A fact can be answered by `pass` alone.
            const said = kindOf(hook) === "fact"
              ? ["pass"] as const
              : ["pass", "accept", "reject", "defer", "broken"] as const;
            for (const word of said) yield { hook, mode, as, lifetime, speaks, late, word };
          }
        }
      }
    }
  }
}

function kindOf(hook: HookName): string {
  return hookTable?.find(([name]) => name?.[0] === hook)?.[1]?.join() ?? "";
}

function expected({ hook, mode, as, lifetime, speaks, late, word }: Combination): string {
  if (look(askingTable ?? [], kindOf(hook), lifetime, speaks) === "-") return "not asked: pass";
  const reached = hookTable?.find(([name]) => name?.[0] === hook)?.[2]?.includes(late) === true;
  const outcome = look(outcomeTable ?? [], mode, reached ? "reached" : "ahead", word);
  if (outcome === "passes" || outcome === "accepts") return `${outcome}: ${word}`;
  const telling = look(tellingTable ?? [], as, word);
  return outcome === "told" ? `told: ${telling}` : `${outcome}: pass${outcome === "kept" ? `, later ${telling}` : ""}`;
}

async function actual({ hook, mode, as, lifetime, speaks, late, word }: Combination): Promise<string> {
  const kind = kindOf(hook);
  const about = kind === "recipient" || kind === "message"
    ? { hook, recipients: [{ localPart: "a", domain: "here.test" }], places: [0] }
    : { hook, recipients: [], places: [] };
  const plain = { mode, immune: ["allowed"], for: recipients[speaks], refusalScore: 0, weight: 1 } as const;
  const plugin: Askable = {
    name: "it",
    onError: "defer",
    policy: as === "-" ? plain : { ...plain, as },
    call: () => Promise.resolve(resultOf(words[word])),
  };
  const question: Asking = { about, event: {} as Asking["event"], terms: { ...plainTerms, late }, perRecipient: false };
  const asked = await ask([plugin], question, new Notebook(), standingOf(lifetime), () => {});
  const { decision: { verdict, disconnect } } = conclude(asked, question);
  const [finding] = asked.findings;
  if (finding?.kind !== "judged") return `not asked: ${verdict}`;
  const [pending] = asked.standing.pending;
  const names = { passes: "passes", accepts: "accepts", refuses: "told", late: "kept", tolerated: "tolerated" };
  const kept = pending && `, later ${pending.refusal.verdict}${pending.refusal.disconnect === true ? "+" : ""}`;
  return `${names[finding.ruling.kind]}: ${verdict}${disconnect ? "+" : ""}${kept ?? ""}`;
}

function resultOf(answer: Answer | undefined): CallResult {
  if (answer === undefined) return { kind: "failed", failure: "trap", message: "m", micros: 1 };
  return { kind: "answered", answer, micros: 1 };
}

function standingOf(lifetime: Combination["lifetime"]): Standing {
  switch (lifetime) {
    case "none":
      return newcomer;
    case "session":
      return marked(newcomer, ["allowed"]);
    case "transaction":
      return markedForTransaction(newcomer, ["allowed"]);
    case "recipient":
      return markedForRecipient(newcomer, ["allowed"], 0);
  }
}

for (const hook of hookNames) {
  test(`${hook}: each combination of policy and word comes to what the tables say`, async () => {
    let count = 0;
    for (const combination of combinations(hook)) {
      count++;
      assert.equal(await actual(combination), expected(combination), JSON.stringify(combination));
    }
    assert.ok(count >= 1080, String(count));
  });
}
