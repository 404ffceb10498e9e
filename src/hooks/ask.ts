// Asks the plugins of one hook in order, until one of them decides.

import { type HookName, observingHooks } from "../../sdk/contract/contract.ts";
import type { Event } from "../../sdk/contract/event.ts";
import { type About, concernOf, only } from "../policy/about.ts";
import type { Standing } from "../policy/standing.ts";
import { isDue, isReached, type Terms } from "../policy/terms.ts";
import type { Content } from "../spool/spool.ts";
import type { Askable, CallResult, Own } from "./askable.ts";
import { unmet } from "./condition.ts";
import { decisiveAt, type Finding, isDecisive, judge, type Judged, judgeEach, learn, policyOf } from "./finding.ts";
import type { Notebook } from "./notebook.ts";
import { narrowed, notedRecipients, withStanding } from "./told_event.ts";

/** Told of every finding as it is made: for the log and the counters. Must not throw. */
export type Observe = (hook: HookName, finding: Finding) => void;

/** What is asked of every plugin of a chain alike. */
export interface Asking {
  readonly about: About;
  /** Projected for `about` and the standing before. */
  readonly event: Event;
  /** The message, for plugins that may read it. */
  readonly content?: Content;
  readonly terms: Terms;
  /** Each recipient hears of its own fate: a plugin is asked about its own recipients, and its word is theirs alone. */
  readonly perRecipient: boolean;
}

export interface Asked {
  readonly findings: readonly Finding[];
  /** What the session has earned by now. */
  readonly standing: Standing;
}

/**
 * Asks each plugin of the chain with its own notes, until one says more than `pass`, about every recipient where each has
 * its own fate; or until a refusal that was earned before is due, and nobody is left who might give a mark against it.
 * Costs one plugin call each; an empty chain costs nothing. Never rejects: a plugin's failure is answered by its `onError`.
 */
export async function ask(
  chain: readonly Askable[],
  question: Asking,
  notebook: Notebook,
  before: Standing,
  observe: Observe,
): Promise<Asked> {
  const { terms, perRecipient } = question;
  const findings: Finding[] = [];
  const lastGiver = chain.findLastIndex(({ givesMarks = false }) => givesMarks);
  let standing = before;
  let toldOf = before;
  let { about, event } = question;
  for (const [index, plugin] of chain.entries()) {
    if (index > lastGiver && isDue(standing, terms, about, perRecipient)) break;
    // As long as nothing is learnt all are told the same event, which is put into words once.
    if (standing !== toldOf) event = withStanding(question.event, standing, about);
    toldOf = standing;
    const finding = await findingOf(plugin, { ...question, event, about }, notebook, standing);
    findings.push(finding);
    observe(about.hook, finding);
    if (finding.kind === "judged") standing = learn(standing, plugin, finding, about);
    if (!isDecisive(finding)) continue;
    about = perRecipient && finding.kind === "judged" ? undecidedBy(finding, about) : about;
    if (!perRecipient || about.places.length === 0) break;
  }
  return { findings, standing };
}

async function findingOf(plugin: Askable, asking: Asking, notebook: Notebook, standing: Standing): Promise<Finding> {
  const { about, event, terms, perRecipient } = asking;
  // What a plugin began it may end.
  const observes = isObserved(about.hook);
  const concern = observes ? { kind: "all" } as const : concernOf(policyOf(plugin), standing, about);
  if (concern.kind === "immune") return { kind: "skipped", plugin: plugin.name, why: `immune: ${concern.mark}` };
  if (concern.kind === "off") return { kind: "skipped", plugin: plugin.name, why: "off for these recipients" };
  if (concern.kind === "others") return { kind: "skipped", plugin: plugin.name, why: "not for these recipients" };
  // Where all share one fate, one recipient that it speaks of is enough: the strictest word counts for the whole message.
  const those = concern.kind === "some" ? only(about, concern.indices) : about;
  const own = perRecipient ? those : about;
  const told = perRecipient ? withStanding(narrowed(event, own), standing, own) : event;
  const condition = plugin.when?.[about.hook];
  const missed = condition && unmet(condition, told);
  if (missed !== undefined) return { kind: "skipped", plugin: plugin.name, why: `when: ${missed}` };
  const answered = await plugin.call(about.hook, told, asking.content, toldAlone(plugin, own, notebook));
  const result = keepNotes(notebook, plugin, answered, own);
  return (perRecipient ? judgeEach : judge)(plugin, result, !isReached(terms, about.hook), those);
}

function toldAlone(plugin: Askable, about: About, notebook: Notebook): Own {
  const recipients = notedRecipients(about);
  const notes = notebook.read(plugin.name, recipients);
  const others = plugin.readsNotesOf;
  const othersNotes = others === undefined ? undefined : notebook.readOthers(plugin.name, others, recipients);
  const seed = Math.trunc(Math.random() * 2 ** 32);
  if (notes === undefined && othersNotes === undefined) return { seed };
  return {
    seed,
    ...(notes === undefined ? {} : { notes }),
    ...(othersNotes === undefined ? {} : { othersNotes }),
  };
}

/** The result is another if what the plugin noted finds no room. */
function keepNotes(notebook: Notebook, plugin: Askable, result: CallResult, about: About): CallResult {
  if (result.kind === "failed" || result.answer.notes === undefined) return result;
  const recipients = notedRecipients(about);
  const place = recipients.kind === "one" ? recipients.place : undefined;
  if (notebook.write(plugin.name, result.answer.notes, place)) return result;
  return { kind: "failed", failure: "badOutput", message: "its notes have grown too large", micros: result.micros };
}

function undecidedBy(finding: Judged, about: About): About {
  const left = [...about.places.entries()].filter(([, place]) => decisiveAt(finding, place) === undefined);
  return only(about, left.map(([index]) => index));
}

/** Is the hook asked to tell a fact only? */
export function isObserved(hook: HookName): boolean {
  return observingHooks.includes(hook);
}
