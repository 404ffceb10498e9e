// Asks the plugins of one hook in order, until one of them decides.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Event } from "../../sdk/contract/event.ts";
import type { Content } from "../spool/spool.ts";
import type { Askable, CallResult } from "./askable.ts";
import type { Notebook } from "./notebook.ts";
import { type Finding, isDecisive, settle, type Settled } from "./settle.ts";

/** Told of every finding as it is made: for the log and the counters. Must not throw. */
export type Observe = (hook: HookName, finding: Finding) => void;

/** What is asked of every plugin of a chain alike. */
export interface Asking {
  readonly hook: HookName;
  readonly event: Event;
  /** The message, for plugins that may read it. */
  readonly content?: Content;
}

/**
 * Asks each plugin of the chain with its own notes, until one says more than `pass`. Costs one plugin call each; an
 * empty chain costs nothing. Never rejects: a plugin's failure is answered by its `onError`.
 */
export async function ask(
  chain: readonly Askable[],
  question: Asking,
  notebook: Notebook,
  observe: Observe,
): Promise<Settled> {
  const findings: Finding[] = [];
  for (const plugin of chain) {
    const result = await callWithNotes(plugin, question, notebook);
    const finding: Finding = { plugin: plugin.name, onError: plugin.onError, result };
    findings.push(finding);
    observe(question.hook, finding);
    if (isDecisive(finding)) break;
  }
  return settle(findings);
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
