// What a refusal by plugins means on the wire, hook by hook, as a table.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Decision } from "./decision.ts";
import type { Reply } from "./reply.ts";
import * as replies from "./replies.ts";

/**
 * Hooks in which a refusal by plugins is the reply. The others answer QUIT, which always succeeds, only hear of a fact, or
 * judge an exchange of AUTH, whose replies say as little as they can (end_exchange.ts).
 */
export type RefusableHook = Exclude<HookName, "auth" | "quit" | "reset_transaction" | "disconnect">;

interface UsualReplies {
  readonly reject: Reply;
  readonly defer: Reply;
}

const message: UsualReplies = { reject: replies.messageRejected(), defer: replies.messageDeferred() };
const hello: UsualReplies = { reject: replies.rejected(550), defer: replies.deferred() };

const usualReplies: { readonly [H in RefusableHook]: UsualReplies } = {
  connect: { reject: replies.connectionDenied(), defer: replies.connectionDeferred() },
  helo: hello,
  ehlo: hello,
  mail: { reject: replies.mailRejected(), defer: replies.mailDeferred() },
  rcpt: { reject: replies.rcptRejected(), defer: replies.rcptDeferred() },
  data: { reject: replies.dataRejected(), defer: replies.dataDeferred() },
  // 552 and 452 would speak of storage, RFC 5321 §4.2.3; a plugin that means it can say so.
  data_headers_end: message,
  data_post: message,
  queue: message,
  vrfy: { reject: replies.rejected(550), defer: replies.deferred() },
  noop: { reject: replies.rejected(500), defer: replies.deferred() },
  help: { reject: replies.helpRejected(), defer: replies.deferred() },
  unrecognized_command: { reject: replies.unrecognized(), defer: replies.deferred() },
};

/** RFC 2034 §4: no enhanced status in the place of the greeting, and in what hellos are answered. */
const plain: ReadonlySet<HookName> = new Set(["connect", "helo", "ehlo"]);

/** A decision that says no. */
export type Refusal = Decision & { readonly verdict: "reject" | "defer" };

export function isRefused(decision: Decision): decision is Refusal {
  return decision.verdict === "reject" || decision.verdict === "defer";
}

/**
 * The one reply to a refused command. The decision's own code, status and text win over the usual ones, unless the
 * class of a code or a status contradicts the verdict: then it is a plugin's mistake, and the verdict holds.
 */
export function refusalReply(hook: RefusableHook, refusal: Refusal): Reply {
  const closes = refusal.verdict === "defer" && refusal.disconnect;
  const usual = closes ? replies.closingForPolicy() : usualReplies[hook][refusal.verdict];
  const family = refusal.verdict === "reject" ? 5 : 4;
  const code = isCode(refusal.code, family) ? refusal.code : usual.code;
  const status = isStatus(refusal.status, family) ? refusal.status : usual.status;
  const lines = refusal.text.length > 0 ? refusal.text : usual.lines;
  return status === undefined || plain.has(hook) ? { code, lines } : { code, status, lines };
}

/** RFC 5321 §3.8: 421 is said by a server that closes, so a 421 closes whoever asked for it. */
export function closesAfter(refusal: Refusal, reply: Reply): boolean {
  return refusal.disconnect || reply.code === 421;
}

/** The same reply in the words of a plugin, if it gave any. */
export function worded(reply: Reply, text: readonly string[]): Reply {
  return text.length > 0 ? { ...reply, lines: text } : reply;
}

/** Is it a code of this family that RFC 5321 §4.2 allows? */
export function isCode(code: number | undefined, family: number): code is number {
  return code !== undefined && Number.isInteger(code) && code >= family * 100 && code < family * 100 + 60;
}

/** Is it an enhanced status of RFC 3463 §2 of this class? */
export function isStatus(status: string | undefined, family: number): status is string {
  return status !== undefined && /^[245](?:\.[0-9]{1,3}){2}$/.test(status) && status.startsWith(`${family}.`);
}
