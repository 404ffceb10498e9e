// Finds out whether a WebAssembly guest can be suspended while the host waits (JavaScript Promise Integration).

import { runtime } from "./runtime.ts";

/** True if this runtime has JSPI. Without it the daemon does not start: there is no second way. */
export function hasJspi(): boolean {
  const { WebAssembly } = globalThis as { readonly WebAssembly?: { Suspending?: unknown; promising?: unknown } };
  return typeof WebAssembly?.Suspending === "function" && typeof WebAssembly.promising === "function";
}

/** Why the daemon cannot run here, as one sentence for the user; undefined if it can. */
export function withoutJspi(): string | undefined {
  if (hasJspi()) return undefined;
  const { name, version } = runtime();
  return `qpsmtpd needs WebAssembly promise integration (JSPI), which ${name} ${version} lacks: ` +
    "use Node 24 or newer, Deno 2.9 or newer, or Bun 1.4 or newer.";
}
