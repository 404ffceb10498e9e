// What asking needs to know of a plugin; src/plugins provides it, tests may provide another.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Event } from "../../sdk/contract/event.ts";
import type { OnError } from "../../sdk/contract/manifest.ts";
import type { Answer } from "../../sdk/contract/verdict.ts";
import type { Policy } from "../policy/policy.ts";
import type { Content } from "../spool/spool.ts";

/** How one call of a plugin ended. `micros` is wall time, for the log and the counters. */
export type CallResult =
  | { readonly kind: "answered"; readonly answer: Answer; readonly micros: number }
  | { readonly kind: "failed"; readonly failure: string; readonly message: string; readonly micros: number };

/** One plugin of a chain. `call` never rejects and has its own deadline; `content` is the message, where there is one. */
export interface Askable {
  /** Its name in the configuration, unique there. */
  readonly name: string;
  readonly onError: OnError;
  /** What the operator makes of its refusals; absent: they count as they are said. */
  readonly policy?: Policy;
  call(hook: HookName, event: Event, content?: Content): Promise<CallResult>;
}
