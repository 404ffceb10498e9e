// What the operator makes of a plugin's refusals, and to whom it does not apply.

import type { Mailbox, Mark } from "../../sdk/contract/event.ts";
import type { RecipientRules } from "./recipient_rules.ts";

/** Of one plugin in the configuration. */
export interface Policy {
  /**
   * `enforce`: a refusal is told at once. `late`: it is remembered and told at the point the operator chose, so that the
   * log shows sender and recipients, and a client that turns out well is spared (qpsmtpd's naughty). `monitor`: only
   * logged.
   */
  readonly mode: "enforce" | "late" | "monitor";
  /** How refusals are told, whatever the plugin says; absent: as it says. */
  readonly as?: Manner;
  /** Clients with any of these marks are not asked about. */
  readonly immune: readonly Mark[];
  /** What it is asked for; empty for everybody. */
  readonly for: readonly RecipientPattern[];
  /** What single recipients want in the place of `mode` and `as`; absent: nobody wants anything. */
  readonly byRecipient?: RecipientRules;
  /** Added to the session's score for each refusal, tolerated ones too. */
  readonly refusalScore: number;
  /** By which its own scores are multiplied. */
  readonly weight: number;
}

/** For good or for now; `disconnect` and `defer_disconnect` are the same with the connection closed. */
export const manners = ["reject", "defer", "disconnect", "defer_disconnect"] as const;
export type Manner = (typeof manners)[number];

/** A domain (`@example.org`) or one mailbox, in lower case. */
export interface RecipientPattern {
  readonly localPart?: string;
  readonly domain: string;
}

/** A plugin's word counts as it is said. */
export const plainPolicy: Policy = { mode: "enforce", immune: [], for: [], refusalScore: 0, weight: 1 };

/** `@example.org` or `someone@example.org`; undefined for anything else. */
export function parseRecipientPattern(text: string): RecipientPattern | undefined {
  const at = text.lastIndexOf("@");
  const domain = text.slice(at + 1).toLowerCase();
  if (at === -1 || domain === "" || /[\s@]/.test(domain)) return undefined;
  return at === 0 ? { domain } : { localPart: text.slice(0, at).toLowerCase(), domain };
}

/** Does it speak of this recipient? RFC 5321 §2.4 leaves the local part to its host; operators think without case. */
export function isFor(patterns: readonly RecipientPattern[], { localPart, domain }: Mailbox): boolean {
  if (patterns.length === 0) return true;
  return patterns.some((pattern) =>
    pattern.domain === domain.toLowerCase() &&
    (pattern.localPart === undefined || pattern.localPart === localPart.toLowerCase())
  );
}
