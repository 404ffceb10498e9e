// Asks the plugins of one hook in order, until one of them decides.

import { type HookName, observingHooks } from "../../sdk/contract/contract.ts";
import type { Event, Mailbox } from "../../sdk/contract/event.ts";
import { isFor } from "../policy/policy.ts";
import { exemption, type Standing } from "../policy/standing.ts";
import type { Content } from "../spool/spool.ts";
import type { Askable, CallResult } from "./askable.ts";
import { type Finding, isDecisive, judge, learn, policyOf, type Skipped } from "./finding.ts";
import type { Notebook } from "./notebook.ts";
import { settle, type Settled } from "./settle.ts";

/** Told of every finding as it is made: for the log and the counters. Must not throw. */
export type Observe = (hook: HookName, finding: Finding) => void;

/** What is asked of every plugin of a chain alike. */
export interface Asking {
  readonly hook: HookName;
  readonly event: Event;
  /** The message, for plugins that may read it. */
  readonly content?: Content;
  /** Whom it is about: the recipient of RCPT, or all of the message. */
  readonly recipients: readonly Mailbox[];
  /** The point for late refusals lies still ahead. */
  readonly late: boolean;
}

export interface Asked {
  readonly settled: Settled;
  /** What the session has earned by now. */
  readonly standing: Standing;
}

/**
 * Asks each plugin of the chain with its own notes, until one says more than `pass`. Costs one plugin call each; an
 * empty chain costs nothing. Never rejects: a plugin's failure is answered by its `onError`.
 */
export async function ask(
  chain: readonly Askable[],
  question: Asking,
  notebook: Notebook,
  before: Standing,
  observe: Observe,
): Promise<Asked> {
  const findings: Finding[] = [];
  let standing = before;
  for (const plugin of chain) {
    const finding = skipped(plugin, standing, question) ??
      judge(plugin, await callWithNotes(plugin, question, notebook), question.late);
    findings.push(finding);
    observe(question.hook, finding);
    if (finding.kind === "judged") standing = learn(standing, plugin, finding);
    if (isDecisive(finding)) break;
  }
  return { settled: settle(findings), standing };
}

/** Why a plugin is not asked, if it is not. */
function skipped(plugin: Askable, standing: Standing, { hook, recipients }: Asking): Skipped | undefined {
  // What a plugin began it may end.
  if (observingHooks.includes(hook)) return undefined;
  const policy = policyOf(plugin);
  const mark = exemption(standing, policy);
  if (mark !== undefined) return { kind: "skipped", plugin: plugin.name, why: `immune: ${mark}` };
  // One recipient that it speaks of is enough: the strictest word counts for the whole message.
  if (policy.for.length === 0 || recipients.some((recipient) => isFor(policy.for, recipient))) return undefined;
  return { kind: "skipped", plugin: plugin.name, why: "not for these recipients" };
}

async function callWithNotes(
  plugin: Askable,
  { hook, event, content }: Asking,
  notebook: Notebook,
): Promise<CallResult> {
  const notes = notebook.read(plugin.name);
  const seed = Math.trunc(Math.random() * 2 ** 32);
  const result = await plugin.call(hook, notes === undefined ? { ...event, seed } : { ...event, seed, notes }, content);
  if (result.kind === "failed" || result.answer.notes === undefined) return result;
  if (notebook.write(plugin.name, result.answer.notes)) return result;
  return { kind: "failed", failure: "badOutput", message: "its notes have grown too large", micros: result.micros };
}
