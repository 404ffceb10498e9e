// One line of the log for each plugin and hook: what it found, why, and how long that took.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Finding, Judged } from "../hooks/finding.ts";
import type { Level, Log } from "../log/log.ts";
import type { Session } from "../smtp/session.ts";

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

export function recordFinding(log: Log, session: Session, hook: HookName, finding: Finding, shown: Shown): void {
  const where = { session: session.id, transaction: session.transaction?.id, hook, plugin: finding.plugin };
  if (finding.kind === "skipped") return log("debug", "skip", { ...where, why: finding.why });
  const { result, ruling, onError } = finding;
  const micros = Math.round(result.micros);
  if (result.kind === "failed") {
    const { failure, message } = result;
    return log("error", "plugin failed", { ...where, micros, failure, why: shown(message), answered: onError });
  }
  const { answer } = result;
  const [level, word] = words[ruling.kind];
  const text = answer.verdict === "pass" ? undefined : shown([answer.text ?? []].flat().join(" / "));
  const as = ruling.kind === "passes" || ruling.kind === "accepts" ? undefined : ruling.refusal.verdict;
  log(level, word, { ...where, micros, as, text, score: answer.score, marks: answer.marks?.join(" ") });
}
