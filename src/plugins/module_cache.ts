// Compiled modules by the digest of their bytes, so that two plugins of the same file share one.

import { type CompiledModule, webAssembly } from "./web_assembly.ts";

export type Compiled =
  | { readonly kind: "module"; readonly module: CompiledModule }
  | { readonly kind: "invalid"; readonly message: string };

/** Holds a module only as long as somebody uses it: what a reload replaced is freed. */
export class ModuleCache {
  readonly #modules = new Map<string, WeakRef<CompiledModule>>();
  readonly #underWay = new Map<string, Promise<Compiled>>();
  readonly #registry = new FinalizationRegistry<string>((digest) => {
    if (this.#modules.get(digest)?.deref() === undefined) this.#modules.delete(digest);
  });

  /** The module of these bytes, whose digest the caller has computed. Invalid bytes are a value. */
  compile(digest: string, bytes: Uint8Array): Promise<Compiled> {
    const module = this.#modules.get(digest)?.deref();
    if (module !== undefined) return Promise.resolve({ kind: "module", module });
    const underWay = this.#underWay.get(digest) ?? this.#compile(digest, bytes);
    this.#underWay.set(digest, underWay);
    return underWay;
  }

  async #compile(digest: string, bytes: Uint8Array): Promise<Compiled> {
    try {
      const module = await webAssembly.compile(bytes);
      this.#modules.set(digest, new WeakRef(module));
      this.#registry.register(module, digest);
      return { kind: "module", module };
    } catch (error) {
      return { kind: "invalid", message: error instanceof Error ? error.message : String(error) };
    } finally {
      this.#underWay.delete(digest);
    }
  }
}
