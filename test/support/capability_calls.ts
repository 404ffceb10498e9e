// Asks capabilities as the host would, for tests.

import type { Json } from "../../sdk/contract/contract.ts";
import type { CallContext, Fulfilled } from "../../src/capabilities/capability.ts";

/** A call of the plugin `p` with these scopes, which nothing ends unless a signal is given. */
export function callWith(
  scopes: readonly string[],
  rest: { readonly signal?: AbortSignal; readonly content?: CallContext["content"] } = {},
): CallContext {
  const { signal = new AbortController().signal, content } = rest;
  return { plugin: "p", scopes, signal, time: 0, ...(content === undefined ? {} : { content }) };
}

/** The value, or the code of the refusal. */
export function outcomeOf(fulfilled: Fulfilled): Json {
  return fulfilled.kind === "done" ? fulfilled.value : fulfilled.code;
}
