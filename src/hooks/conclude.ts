// From what a chain found, and what the session had earned before, to what becomes of the question. Pure.

import { only } from "../policy/about.ts";
import type { Ruling } from "../policy/ruling.ts";
import { type Earned, earned } from "../policy/terms.ts";
import { passed } from "../smtp/decision.ts";
import type { Asked, Asking } from "./ask.ts";
import { decisiveAt, isDecisive } from "./finding.ts";
import { type Fate, fateOf, isRefusal, refused, settle, type Settled } from "./settle.ts";

/** Of a question that was asked. */
type About = Pick<Asking, "about" | "terms" | "perRecipient">;

/** A fate, and what was earned before if it is that. */
interface Told extends Fate {
  readonly earned?: Earned;
}

export function conclude(asked: Asked, question: About): Settled {
  const { about, perRecipient } = question;
  const settled = settle(asked.findings);
  if (!perRecipient || about.recipients.length < 2) return withTold(settled, tell(settled, asked, question));
  const fates = fatesOf(asked, question);
  const told = about.recipients.map((_, index) => {
    const fate = fates[index] ?? { decision: passed };
    return tell(fate, asked, { ...question, about: only(about, [index]) });
  });
  const [first] = told;
  if (first !== undefined && told.every((each) => isSame(each, first))) return withTold(settled, first);
  const strictest = told.reduce((one, other) => strictness(other) > strictness(one) ? other : one);
  return { ...withTold(settled, strictest), ...earnedBy(told), each: told };
}

/** The first decisive word about each recipient. */
function fatesOf({ findings }: Asked, { about }: About): readonly (Fate | undefined)[] {
  const decisive = findings.filter((finding) => finding.kind === "judged").filter(isDecisive);
  // One fate of those who share one: whether all have the same is seen by that.
  const told = new Map<Ruling, Fate>();
  return about.places.map((place) => {
    const finding = decisive.find((each) => decisiveAt(each, place) !== undefined);
    const ruling = finding && decisiveAt(finding, place);
    if (finding === undefined || ruling === undefined) return undefined;
    const fate = told.get(ruling) ?? fateOf(finding, ruling);
    told.set(ruling, fate);
    return fate;
  });
}

/** What was earned before is told in the place of a yes; but not where a plugin has the message already. */
function tell(fate: Fate, { standing }: Asked, { about, terms }: About): Told {
  const isTaken = about.hook === "queue" && fate.decision.verdict === "accept";
  const before = isRefusal(fate) || isTaken ? undefined : earned(standing, terms, about);
  if (before === undefined) return fate;
  return { decision: refused(before.refusal), by: before.by, earned: before };
}

function withTold(settled: Settled, told: Told): Settled {
  // Nothing else was told than what was settled: so it is nearly always.
  if (told.earned === undefined && told.decision === settled.decision && told.by === settled.by) return settled;
  const { decision: _decision, by: _by, answer: _answer, ...rest } = settled;
  const { decision, by, answer } = told;
  return {
    ...rest,
    decision,
    ...(by === undefined ? {} : { by }),
    ...(answer === undefined ? {} : { answer }),
    ...earnedBy([told]),
  };
}

function earnedBy(told: readonly Told[]): { readonly earned?: readonly Earned[] } {
  const all = told.map(({ earned }) => earned).filter((each) => each !== undefined);
  const earned = all.filter(({ by }, index) => all.findIndex((other) => other.by === by) === index);
  return earned.length === 0 ? {} : { earned };
}

function isSame(one: Told, other: Told): boolean {
  return one.by === other.by &&
    (one.decision === other.decision || one.earned !== undefined && other.earned !== undefined);
}

function strictness({ decision: { verdict } }: Fate): number {
  return ["accept", "pass", "defer", "reject"].indexOf(verdict);
}
