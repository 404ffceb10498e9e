// A plugin whose answers stand in the header of a transcript, hook by hook.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Event } from "../../sdk/contract/event.ts";
import type { OnError } from "../../sdk/contract/manifest.ts";
import type { Answer } from "../../sdk/contract/verdict.ts";
import type { Registered } from "../../src/hooks/chains.ts";
import { type Handlers, nativePlugin } from "./native_plugin.ts";

export type CannedAnswer = "pass" | "accept" | "reject" | "defer" | "trap" | {
  readonly verdict: "pass" | "accept" | "reject" | "defer";
  /** To clients that speak before it is their turn; the others are passed. */
  readonly if_early?: boolean | undefined;
  readonly [key: string]: unknown;
};

/** Always the same answer, or one after the other and the last one for ever. */
export type CannedHooks = { readonly [H in HookName]?: CannedAnswer | CannedAnswer[] | undefined };

export function cannedPlugin(hooks: CannedHooks, onError: OnError): Registered {
  const handlers = Object.entries(hooks).map(([hook, canned]) => {
    const answers = [canned ?? "pass"].flat();
    return [hook, (event: Event): Answer => {
      return answerTo(event, (answers.length > 1 ? answers.shift() : answers[0]) ?? "pass");
    }];
  });
  return nativePlugin("canned", Object.fromEntries(handlers) as Handlers, onError);
}

function answerTo(event: Event, canned: CannedAnswer): Answer {
  if (canned === "trap") throw new Error("unreachable");
  const { if_early: ifEarly = false, ...answer } = typeof canned === "string" ? { verdict: canned } : canned;
  if (ifEarly && !("early" in event && event.early)) return { verdict: "pass" };
  const refuses = answer.verdict === "reject" || answer.verdict === "defer";
  // What a plugin may put in its edits is the daemon's to check.
  return (refuses ? { text: [], ...answer } : answer) as unknown as Answer;
}
