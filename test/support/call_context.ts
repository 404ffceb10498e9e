// The call of a plugin that a capability is tested with.

import type { CallContext } from "../../src/capabilities/capability.ts";

/** Of the plugin `test`, granted everything, at time 0, unless told otherwise. */
export function callContext(changes: Partial<CallContext> = {}): CallContext {
  return { plugin: "test", scopes: ["*"], signal: new AbortController().signal, time: 0, ...changes };
}
