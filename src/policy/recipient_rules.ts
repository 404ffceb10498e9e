// What single recipients, or all of a domain, want otherwise of a plugin than the operator laid down for everybody. Pure.

import type { Mailbox } from "../../sdk/contract/event.ts";
import type { Manner, Policy } from "./policy.ts";

/** What is absent is as the plugin's table has it. */
export interface RecipientRule {
  readonly mode?: Policy["mode"] | "off";
  readonly as?: Manner;
}

/** Of one plugin: by `example.org` and `someone@example.org`, in lower case. */
export type RecipientRules = ReadonlyMap<string, RecipientRule>;

/** What a plugin's refusal is worth to somebody. */
export interface Stance {
  readonly mode: Policy["mode"] | "off";
  readonly as?: Manner;
}

/** What a stance is made of. */
export type Ruled = Pick<Policy, "mode" | "as" | "byRecipient">;

/** The mailbox's own word goes before its domain's, key by key, and that before the plugin's table. */
export function stanceFor({ mode, as, byRecipient }: Ruled, { localPart, domain }: Mailbox): Stance {
  const general = { mode, ...(as === undefined ? {} : { as }) };
  if (byRecipient === undefined) return general;
  const there = domain.toLowerCase();
  // RFC 5321 §2.4 leaves the case of the local part to its host; operators think without case.
  return { ...general, ...byRecipient.get(there), ...byRecipient.get(`${localPart.toLowerCase()}@${there}`) };
}

/** Each different stance of these recipients but `off`; with nobody to ask for, the plugin's own. */
export function stancesOf(policy: Ruled, recipients: readonly Mailbox[]): readonly Ruling[] {
  const { mode, as, byRecipient } = policy;
  const general = as === undefined ? { mode } : { mode, as };
  if (byRecipient === undefined || recipients.length === 0) return [general];
  return recipients.map((recipient) => stanceFor(policy, recipient)).filter(isRuling).filter((one, index, all) => {
    return all.findIndex((other) => other.mode === one.mode && other.as === one.as) === index;
  });
}

type Ruling = Pick<Policy, "mode" | "as">;

function isRuling(stance: Stance): stance is Ruling {
  return stance.mode !== "off";
}

/** Is there anybody to whom a refusal is told that everybody else tolerates? */
export function isToldToSome({ byRecipient }: Pick<Policy, "byRecipient">): boolean {
  return [...byRecipient?.values() ?? []].some(({ mode }) => mode === "enforce" || mode === "late");
}
