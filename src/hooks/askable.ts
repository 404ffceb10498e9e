// What asking needs to know of a plugin; src/plugins provides it, tests may provide another.

import type { When } from "../../sdk/contract/condition.ts";
import type { HookName } from "../../sdk/contract/contract.ts";
import type { Event, Notes } from "../../sdk/contract/event.ts";
import type { OnError } from "../../sdk/contract/manifest.ts";
import type { Answer } from "../../sdk/contract/verdict.ts";
import type { Policy } from "../policy/policy.ts";
import type { Content } from "../spool/spool.ts";

/** How one call of a plugin ended. */
export type CallResult =
  | { readonly kind: "answered"; readonly answer: Answer } & Cost
  | { readonly kind: "failed"; readonly failure: string; readonly message: string } & Cost;

/** For the log and the counters: `micros` is wall time, `fuel` what the guest burned, absent where none is counted. */
interface Cost {
  readonly micros: number;
  readonly fuel?: number;
  /** What it asked of the host, in this order; absent: nothing. */
  readonly requests?: readonly HostRequest[];
}

/** One request of a plugin to the host. What was asked, and what was answered, is nobody else's business. */
export interface HostRequest {
  /** A capability that there is, or `unknown`. */
  readonly capability: string;
  /** When it began, a time of `performance.now`, and how long it took. */
  readonly began: number;
  readonly milliseconds: number;
  /** `done`, or the constant that says why not. */
  readonly outcome: string;
}

/** What one plugin alone is told, in the place of what the event says. */
export interface Own {
  /** An unsigned 32-bit number. */
  readonly seed: number;
  readonly notes?: Notes;
  readonly othersNotes?: { readonly [plugin: string]: Notes };
}

/** One plugin of a chain. */
export interface Askable {
  /** Its name in the configuration, unique there. */
  readonly name: string;
  readonly onError: OnError;
  /** What the operator makes of its refusals; absent: they count as they are said. */
  readonly policy?: Policy;
  /** It may answer with marks: a refusal that is due waits for its word. */
  readonly givesMarks?: boolean;
  /** The plugins whose notes it is granted to read, by name; `*` for all. */
  readonly readsNotesOf?: readonly string[];
  /** When it wants to be asked, by hook; without an entry always. */
  readonly when?: When;
  /** Never rejects, and has its own deadline. `content` is the message, where there is one; without `own` the event says all. */
  call(hook: HookName, event: Event, content?: Content, own?: Own): Promise<CallResult>;
}
