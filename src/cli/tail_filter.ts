// Which happenings somebody wants to see. Pure.

import type { Happening } from "../live/happening.ts";
import { contains, type Networks, networksOf } from "../networks/contains.ts";
import type { TailWanted } from "./api_arguments.ts";

/** Sessions whose next refusal belongs to something that was shown. */
const mostFollowed = 1000;

export class TailFilter {
  readonly #wanted: TailWanted;
  readonly #networks: Networks | undefined;
  readonly #followed = new Set<string>();

  constructor(wanted: TailWanted) {
    this.#wanted = wanted;
    this.#networks = wanted.ip === undefined ? undefined : networksOf([wanted.ip]);
  }

  /**
   * What is missing is told to everybody. The refusal that follows a plugin's belongs to it: it has neither the plugin nor
   * the recipient that was refused.
   */
  wants(happening: Happening): boolean {
    const { kind, session = "" } = happening;
    if (kind === "lost") return true;
    const follows = kind === "reply" && this.#followed.delete(session);
    if (!this.#isFrom(happening)) return false;
    if (this.#wanted.refused && !isRefusal(happening)) return false;
    if (follows) return true;
    if (!this.#matches(happening)) return false;
    if (kind === "verdict" && isRefusal(happening)) this.#follow(session);
    return true;
  }

  #follow(session: string): void {
    this.#followed.add(session);
    const [oldest] = this.#followed;
    if (this.#followed.size > mostFollowed && oldest !== undefined) this.#followed.delete(oldest);
  }

  #isFrom({ facts: { client } }: Happening): boolean {
    return this.#networks === undefined || (typeof client === "string" && contains(this.#networks, client));
  }

  #matches({ facts }: Happening): boolean {
    const { from, rcpt, plugin } = this.#wanted;
    if (plugin !== undefined && facts["plugin"] !== plugin) return false;
    if (from !== undefined && !isLike(facts["from"], from)) return false;
    if (rcpt === undefined) return true;
    const to = Array.isArray(facts["to"]) ? facts["to"] : [];
    return [facts["about"], ...to].some((each) => isLike(each, rcpt));
  }
}

/** Somebody was refused something, or a message did not come through. */
export function isRefusal({ kind, facts }: Happening): boolean {
  switch (kind) {
    case "reply":
    case "turnedAway":
      return true;
    case "verdict":
      return facts["found"] === "refuses" || facts["found"] === "late" || facts["found"] === "failed";
    case "message":
      return facts["ending"] !== "accepted";
    default:
      return false;
  }
}

/** `@domain` is the domain alone, a mailbox is that mailbox, and anything else a part of it; letters of either case. */
function isLike(address: unknown, wanted: string): boolean {
  if (typeof address !== "string") return false;
  const bare = address.toLowerCase().replace(/^<(.*)>$/s, "$1");
  if (wanted === "<>") return address === "<>";
  if (wanted.startsWith("@")) return bare.endsWith(wanted);
  return wanted.includes("@") && !wanted.endsWith("@") ? bare === wanted : bare.includes(wanted);
}
