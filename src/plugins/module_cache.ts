// Guarded and compiled modules by the digest of their bytes, and their code by its own: all plugins that one SDK built
// around the same interpreter run the same machine code, which is compiled once, and stays in the processor's caches.

import { createHash } from "node:crypto";
import { guard, type GuardFacts } from "./guard/guard.ts";
import { type Image, separateImage } from "./guard/separate_image.ts";
import type { PluginLimits } from "./plugin_limits.ts";
import { type CompiledModule, webAssembly } from "./web_assembly.ts";

/** Code that cannot take more time and memory than it is given, and what the host must know to run it. */
export interface GuardedModule {
  readonly module: CompiledModule;
  readonly facts: GuardFacts;
  /** To be put into each instance before its code runs. */
  readonly image: Image;
}

export type Compiled =
  | { readonly kind: "module"; readonly guarded: GuardedModule }
  | { readonly kind: "invalid"; readonly message: string };

type Caps = Pick<PluginLimits, "memoryPages" | "tableEntries">;

/** Holds a module only as long as somebody uses it: what a reload replaced is freed. */
export class ModuleCache {
  readonly #modules = new WeakCache<GuardedModule>();
  readonly #codes = new WeakCache<CompiledModule>();
  readonly #underWay = new Map<string, Promise<Compiled>>();

  /** The module of these bytes, whose digest the caller has computed. Invalid or refused bytes are a value. */
  compile(digest: string, bytes: Uint8Array, caps: Caps): Promise<Compiled> {
    const key = `${digest}:${caps.memoryPages}:${caps.tableEntries}`;
    const guarded = this.#modules.get(key);
    if (guarded !== undefined) return Promise.resolve({ kind: "module", guarded });
    const underWay = this.#underWay.get(key) ?? this.#compile(key, bytes, caps);
    this.#underWay.set(key, underWay);
    return underWay;
  }

  async #compile(key: string, bytes: Uint8Array, { memoryPages, tableEntries }: Caps): Promise<Compiled> {
    try {
      const result = guard(bytes, { memoryPages, tableEntries });
      if (result.kind === "refused") return { kind: "invalid", message: `at octet ${result.offset}: ${result.why}` };
      const { code, image } = separateImage(result.wasm, result.facts);
      const guarded: GuardedModule = { module: await this.#compileCode(code), facts: result.facts, image };
      this.#modules.set(key, guarded);
      return { kind: "module", guarded };
    } catch (error) {
      return { kind: "invalid", message: error instanceof Error ? error.message : String(error) };
    } finally {
      this.#underWay.delete(key);
    }
  }

  async #compileCode(code: Uint8Array<ArrayBuffer>): Promise<CompiledModule> {
    const key = createHash("sha256").update(code).digest("hex");
    const known = this.#codes.get(key);
    if (known !== undefined) return known;
    const module = await webAssembly.compile(code);
    // Another may have come first meanwhile: then that one is it.
    return this.#codes.get(key) ?? this.#codes.set(key, module);
  }
}

/** Forgets what nobody else holds. */
class WeakCache<T extends object> {
  readonly #held = new Map<string, WeakRef<T>>();
  readonly #registry = new FinalizationRegistry<string>((key) => {
    if (this.#held.get(key)?.deref() === undefined) this.#held.delete(key);
  });

  get(key: string): T | undefined {
    return this.#held.get(key)?.deref();
  }

  set(key: string, value: T): T {
    this.#held.set(key, new WeakRef(value));
    this.#registry.register(value, key);
    return value;
  }
}
