// Does a plugin answer only what it was granted to? Pure.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Answer, Edit } from "../../sdk/contract/verdict.ts";
import { quote } from "../text/quote.ts";
import type { EffectiveGrants } from "./grants.ts";

/** A sentence that begins with the plugin (`may not reject at rcpt, ...`), or `undefined` if all is granted. */
type Check = (answer: Answer) => string | undefined;

/** Made once for a plugin and hook: `pass` without edits costs a comparison. */
export function answerCheck(hook: HookName, grants: EffectiveGrants): Check {
  const may = (word: string): boolean => grants.allows("verdict", `${word}@${hook}`);
  const verdicts = { pass: true, accept: may("accept"), reject: may("reject"), defer: may("defer") };
  const mayDisconnect = may("disconnect");
  return (answer) => {
    const { verdict, edits } = answer;
    if (!verdicts[verdict]) return lacks(`${verdict} at ${hook}`, `verdict:${verdict}@${hook}`);
    if (!mayDisconnect && disconnects(answer)) return lacks(`disconnect at ${hook}`, `verdict:disconnect@${hook}`);
    const mark = answer.marks?.find((each) => !grants.allows("mark", each));
    if (mark !== undefined) return lacks(`mark a client as ${mark}`, `mark:${mark}`);
    if (answer.score !== undefined && !grants.has("score")) return lacks("give a score", "score");
    const result = answer.results?.find(({ method }) => !grants.allows("results", method));
    if (result !== undefined) return lacks(`give a result of ${quote(result.method)}`, `results:${result.method}`);
    return edits === undefined ? undefined : forbiddenEdit(edits, grants);
  };
}

/** The same for one answer. */
export function forbiddenInAnswer(answer: Answer, hook: HookName, grants: EffectiveGrants): string | undefined {
  return answerCheck(hook, grants)(answer);
}

function disconnects(answer: Answer): boolean {
  if (answer.verdict !== "reject" && answer.verdict !== "defer") return false;
  // RFC 5321 §3.8: after a 421 the server closes, whoever asked for it.
  return answer.disconnect === true || answer.code === 421;
}

function forbiddenEdit(edits: readonly Edit[], grants: EffectiveGrants): string | undefined {
  for (const edit of edits) {
    const scope = scopeOfEdit(edit);
    if (!grants.allows("edit", scope)) return lacks(`ask for ${edit.edit}`, `edit:${scope}`);
  }
  return undefined;
}

function scopeOfEdit(edit: Edit): string {
  switch (edit.edit) {
    case "addHeader":
    case "insertHeader":
    case "removeHeader":
    case "replaceHeader":
      return `header:${edit.name}`;
    case "addRecipient":
    case "removeRecipient":
      return "recipients";
    case "changeReversePath":
      return "reverse_path";
  }
}

function lacks(deed: string, need: string): string {
  return `may not ${deed}: ${quote(need)} is not among its needs, or is not granted`;
}
