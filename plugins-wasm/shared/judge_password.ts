// What comes of a password (PLAIN, LOGIN) that somebody else judges: a program, a server, a directory.

import { accept, HostError, pass } from "#sdk";
import type { Answer, AuthEvent, Host } from "#sdk";
import { foreign, later, wrong } from "./claim_refusals.ts";

/** `unknown`: wrong, or somebody else's user; the next plugin is asked. */
export type Judged = "right" | "wrong" | "unknown" | "unavailable";

/** Neither is empty, and neither has a NUL in it: there is no protocol of these in which that could be said. */
export interface Claimed {
  readonly name: string;
  readonly password: string;
}

/**
 * All other mechanisms are passed on. A HostError of `judge` is written to the log and tells the client to come again;
 * its message must hold nothing of the password. `user` is whom the session is said to be, the claimed name unless given.
 */
export function judgePassword(
  event: AuthEvent,
  host: Host,
  judge: (claimed: Claimed) => Judged,
  user: string = event.claimed,
): Answer {
  const { claimed: name, password, authorize } = event;
  if (password === undefined) return pass();
  // RFC 4616 §2: NUL is the separator. An empty password means nobody in some protocols: RFC 4513 §5.1.2.
  if (name === "" || password === "" || `${name}${password}`.includes("\0")) return wrong();
  const judged = outcomeOf(() => judge({ name, password }), host);
  if (judged === "unavailable") return later();
  if (judged === "unknown") return pass();
  if (judged === "wrong") return wrong();
  if (authorize !== undefined && authorize !== name) {
    return foreign();
  }
  return { ...accept(), user };
}

function outcomeOf(judge: () => Judged, host: Host): Judged {
  try {
    return judge();
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    host.log("error", `passwords cannot be checked: ${error.code}: ${error.message}`);
    return "unavailable";
  }
}
