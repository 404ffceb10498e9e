// One line of the log for each plugin and hook, and a step of the trail: what it found, why, and what that took.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Finding, Judged } from "../hooks/finding.ts";
import type { Level, Log } from "../log/log.ts";
import type { FindingFacts } from "../receipts/record.ts";
import type { Trail } from "../receipts/trail.ts";
import type { Session } from "../smtp/session.ts";
import type { Found, SessionWatch } from "../watch/watch.ts";

/** What of a text may stand in the log. */
type Shown = (text: string) => string;

/** qpsmtpd's words for a line of its log. */
const words: { readonly [K in Judged["ruling"]["kind"]]: readonly [Level, string] } = {
  passes: ["debug", "pass"],
  accepts: ["info", "accept"],
  refuses: ["info", "fail"],
  late: ["info", "fail, late"],
  tolerated: ["info", "fail, tolerated"],
};

/** What one plugin was asked. */
export interface Occasion {
  readonly log: Log;
  /** Absent where a plugin only hears of a fact: that decides nothing, and its transaction is on record already. */
  readonly trail: Trail | undefined;
  readonly watch?: SessionWatch | undefined;
  readonly session: Session;
  readonly hook: HookName;
  /** The recipient that RCPT named. */
  readonly about: string | undefined;
  readonly shown: Shown;
}

export function recordFinding({ log, trail, watch, session, hook, about, shown }: Occasion, finding: Finding): void {
  const { plugin } = finding;
  const { level, found, facts } = describe(finding, shown);
  // Nearly all findings are of a level that nobody wants: nothing is put together for them.
  if (log.wants?.(level) ?? true) {
    log(level, found, { session: session.id, transaction: session.transaction?.id, hook, plugin, ...facts });
  }
  if (watch !== undefined) {
    const requests = finding.kind === "judged" ? finding.result.requests : undefined;
    watch.found(session, hook, { plugin, kind: kindOf(finding), about, requests, ...facts });
  }
  if (trail === undefined) return;
  const refuses = finding.kind === "judged" && finding.ruling.kind === "refuses";
  trail.found({ hook, plugin, about, found, ...facts }, refuses, refusedPlaces(finding));
}

/** Absent where all share one fate. */
function refusedPlaces(finding: Finding): readonly number[] | undefined {
  if (finding.kind === "skipped") return undefined;
  const { places, rulings } = finding;
  return rulings === undefined ? places : places?.filter((_, index) => rulings[index]?.kind === "refuses");
}

function kindOf(finding: Finding): Found["kind"] {
  if (finding.kind === "skipped") return "skipped";
  return finding.result.kind === "failed" ? "failed" : finding.ruling.kind;
}

interface Described {
  readonly level: Level;
  readonly found: string;
  readonly facts: FindingFacts;
}

function describe(finding: Finding, shown: Shown): Described {
  if (finding.kind === "skipped") return { level: "debug", found: "skip", facts: { why: finding.why } };
  const { result, ruling, onError } = finding;
  const { fuel } = result;
  const micros = Math.round(result.micros);
  if (result.kind === "failed") {
    const { failure, message } = result;
    const facts = { micros, fuel, failure, why: shown(message), answered: onError };
    return { level: "error", found: "plugin failed", facts };
  }
  const { answer } = result;
  const [level, found] = words[ruling.kind];
  const text = answer.verdict === "pass" ? "" : shown([answer.text ?? []].flat().join(" / "));
  const why = text === "" ? undefined : text;
  const as = ruling.kind === "passes" || ruling.kind === "accepts" ? undefined : ruling.refusal.verdict;
  const marks = answer.marks && [answer.marks.join(" "), answer.marksFor ?? "session"].join(" for ");
  return { level, found, facts: { micros, fuel, as, why, score: answer.score, marks } };
}
