// What a host capability is: one kind of thing a plugin may ask of the host, within its grants, while its call lasts.

import type { Json } from "../../sdk/contract/contract.ts";
import type { Content } from "../spool/spool.ts";

/** One hook call of one plugin, as far as a capability may know it. */
export interface CallContext {
  /** The plugin's name in the configuration: the namespace of what it stores. */
  readonly plugin: string;
  /** The scopes granted for this capability, `*` for all of it: `["https://api.example.com/v1/*"]`. */
  readonly scopes: readonly string[];
  /** Aborted when the call ends, for whatever reason: nothing may outlive it. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970 at which the call began: the time the plugin knows. */
  readonly time: number;
  /** The message under way, where there is one. */
  readonly content?: Content;
}

/** How a request ends. `code` is a short constant a plugin can compare; `message` is for its log. */
export type Fulfilled =
  | { readonly kind: "done"; readonly value: Json }
  | { readonly kind: "refused"; readonly code: string; readonly message: string };

/** Takes requests as parsed JSON of unknown shape; never throws and never hangs: each has a time-out of its own. */
export interface Capability {
  /** As in manifests and grants: `dns`, `store`, `http`. */
  readonly name: string;
  fulfil(request: unknown, context: CallContext): Fulfilled | Promise<Fulfilled>;
  /** Before a plugin with these scopes is loaded: what keeps them from working, each a sentence for the operator. */
  prepare?(scopes: readonly string[]): Promise<readonly string[]>;
}
