// The part of the WebAssembly JavaScript interface that the host uses, as types: those of Node declare none of it.

declare const compiled: unique symbol;

/** A compiled module: code without memory, shared by all its instances. */
export interface CompiledModule {
  readonly [compiled]: true;
}

export interface ModuleImport {
  readonly module: string;
  readonly name: string;
  readonly kind: "function" | "table" | "memory" | "global" | "tag";
}

export interface ModuleExport {
  readonly name: string;
  readonly kind: ModuleImport["kind"];
}

/** `buffer` is another one after the memory has grown: never keep it. */
export interface GuestMemory {
  readonly buffer: ArrayBuffer;
}

export interface GuestGlobal {
  value: unknown;
}

export interface GuestTable {
  readonly length: number;
  get(index: number): unknown;
  set(index: number, value: unknown): void;
}

interface WebAssemblyInterface {
  compile(bytes: Uint8Array): Promise<CompiledModule>;
  readonly Module: {
    imports(module: CompiledModule): readonly ModuleImport[];
    exports(module: CompiledModule): readonly ModuleExport[];
  };
  readonly Memory: new () => GuestMemory;
  /** The export as a function whose promise settles when the guest, however often it waits, has returned. */
  promising(exported: () => unknown): () => Promise<unknown>;
}

export const webAssembly: WebAssemblyInterface =
  (globalThis as unknown as { readonly WebAssembly: WebAssemblyInterface }).WebAssembly;
