// The part of the WebAssembly JavaScript interface that the builder uses, as types: those of Node declare none of it.

declare const compiled: unique symbol;

export interface CompiledModule {
  readonly [compiled]: true;
}

export interface LinearMemory {
  /** Another one after the memory has grown: never keep it. */
  readonly buffer: ArrayBuffer;
}

export interface GlobalVariable {
  readonly value: number | bigint;
}

export type ImportObject = {
  readonly [namespace: string]: { readonly [name: string]: (...values: never) => unknown };
};

interface WebAssemblyInterface {
  compile(bytes: Uint8Array): Promise<CompiledModule>;
  instantiate(module: CompiledModule, imports: ImportObject): Promise<{ readonly exports: object }>;
  readonly Global: new () => GlobalVariable;
  /** JavaScript Promise Integration: an import that may take its time, and an export that then gives a promise. */
  readonly Suspending: new (run: (...values: never) => unknown) => (...values: never) => unknown;
  promising<R>(run: () => R): () => Promise<R>;
  readonly Module: {
    imports(module: CompiledModule): readonly { readonly module: string; readonly name: string }[];
  };
}

export const webAssembly: WebAssemblyInterface =
  (globalThis as unknown as { readonly WebAssembly: WebAssemblyInterface }).WebAssembly;
