// What the checks of one session have found so far, each as long as it is true.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { AuthenticationResult } from "../../sdk/contract/verdict.ts";

type Results = readonly AuthenticationResult[];

/** What was said of a hello is true until the next one; what was said at the connection stays. */
const lastingHooks: readonly HookName[] = ["connect", "helo", "ehlo"];

/** Results by hook; a hook that is asked again forgets what it found before. So it cannot grow. */
export class ResultBook {
  readonly #byHook = new Map<HookName, Results>();

  /** To be called for every hook that was let pass, with nothing if nothing was found. */
  keep(hook: HookName, results: Results): void {
    if (hook === "helo") this.#byHook.delete("ehlo");
    if (hook === "ehlo") this.#byHook.delete("helo");
    if (results.length === 0) this.#byHook.delete(hook);
    else this.#byHook.set(hook, results);
  }

  endTransaction(): void {
    for (const hook of this.#byHook.keys()) {
      if (!lastingHooks.includes(hook)) this.#byHook.delete(hook);
    }
  }

  /** In the order in which they were found. */
  all(): Results {
    return [...this.#byHook.values()].flat();
  }
}
