// Guarded and compiled modules by the digest of their bytes, so that two plugins of the same file share one.

import { guard, type GuardFacts } from "./guard/guard.ts";
import type { PluginLimits } from "./plugin_limits.ts";
import { type CompiledModule, webAssembly } from "./web_assembly.ts";

/** Code that cannot take more time and memory than it is given, and what the host must know to run it. */
export interface GuardedModule {
  readonly module: CompiledModule;
  readonly facts: GuardFacts;
}

export type Compiled =
  | { readonly kind: "module"; readonly guarded: GuardedModule }
  | { readonly kind: "invalid"; readonly message: string };

type Caps = Pick<PluginLimits, "memoryPages" | "tableEntries">;

/** Holds a module only as long as somebody uses it: what a reload replaced is freed. */
export class ModuleCache {
  readonly #modules = new Map<string, WeakRef<GuardedModule>>();
  readonly #underWay = new Map<string, Promise<Compiled>>();
  readonly #registry = new FinalizationRegistry<string>((key) => {
    if (this.#modules.get(key)?.deref() === undefined) this.#modules.delete(key);
  });

  /** The module of these bytes, whose digest the caller has computed. Invalid or refused bytes are a value. */
  compile(digest: string, bytes: Uint8Array, caps: Caps): Promise<Compiled> {
    const key = `${digest}:${caps.memoryPages}:${caps.tableEntries}`;
    const guarded = this.#modules.get(key)?.deref();
    if (guarded !== undefined) return Promise.resolve({ kind: "module", guarded });
    const underWay = this.#underWay.get(key) ?? this.#compile(key, bytes, caps);
    this.#underWay.set(key, underWay);
    return underWay;
  }

  async #compile(key: string, bytes: Uint8Array, { memoryPages, tableEntries }: Caps): Promise<Compiled> {
    try {
      const result = guard(bytes, { memoryPages, tableEntries });
      if (result.kind === "refused") return { kind: "invalid", message: `at octet ${result.offset}: ${result.why}` };
      const guarded: GuardedModule = { module: await webAssembly.compile(result.wasm), facts: result.facts };
      this.#modules.set(key, new WeakRef(guarded));
      this.#registry.register(guarded, key);
      return { kind: "module", guarded };
    } catch (error) {
      return { kind: "invalid", message: error instanceof Error ? error.message : String(error) };
    } finally {
      this.#underWay.delete(key);
    }
  }
}
