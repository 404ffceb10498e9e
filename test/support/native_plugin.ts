// A plugin without WebAssembly, for tests of what lies around plugins: handlers answer at once.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Event, Events } from "../../sdk/contract/event.ts";
import type { OnError } from "../../sdk/contract/manifest.ts";
import type { Answer } from "../../sdk/contract/verdict.ts";
import type { CallResult, Own } from "../../src/hooks/askable.ts";
import type { Registered } from "../../src/hooks/chains.ts";
import type { Content } from "../../src/spool/spool.ts";

export type Handlers = { readonly [H in HookName]?: (event: Events[H]) => Answer };

/** A handler that throws is a plugin that traps. */
export function nativePlugin(name: string, handlers: Handlers, onError: OnError = "defer"): Registered {
  return {
    name,
    onError,
    hooks: Object.keys(handlers) as HookName[],
    call(hook: HookName, event: Event, _content?: Content, own?: Own): Promise<CallResult> {
      const handler = handlers[hook] as ((event: Event) => Answer) | undefined;
      if (handler === undefined) throw new Error(`${name} was asked ${hook}, which it did not register`);
      try {
        return Promise.resolve({ kind: "answered", answer: handler({ ...event, ...own }), micros: 0 });
      } catch (error) {
        return Promise.resolve({ kind: "failed", failure: "trap", message: String(error), micros: 0 });
      }
    },
  };
}

/** Accepts every recipient, as no plugin should. */
export const acceptAll: Registered = nativePlugin("accept_all", { rcpt: () => ({ verdict: "accept" }) });
