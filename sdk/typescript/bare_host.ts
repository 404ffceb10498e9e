// The least host that can ask a built plugin: for tests of what the guest itself promises. No Extism, no limits.

import { type GlobalVariable, type LinearMemory, webAssembly } from "./builder/web_assembly.ts";

export interface BareCall {
  /** What the exported function returned. */
  readonly code: number;
  readonly answer: string | undefined;
  readonly error: string | undefined;
  readonly logged: readonly string[];
}

/** What answers a guest's requests. It may take its time: then only `askSuspended` can be used. */
export interface BareHost {
  /** What comes back as JSON: `{ value }` or `{ error }`. */
  readonly fulfil: (request: { readonly capability: string; readonly request: unknown }) => unknown;
  /** The octets from there on, or `undefined` if they may not be read. */
  readonly readContent?: (offset: number, length: number) => Promise<Uint8Array | undefined>;
}

export interface BareGuest {
  /** `module.name` of every import, sorted. */
  readonly imports: readonly string[];
  readonly exports: { readonly [name: string]: (() => number) | LinearMemory | GlobalVariable };
  /** Throws what the guest trapped with. */
  call(name: string, input: unknown): BareCall;
  /** The same on a stack of its own, which is put aside while the host works. Rejects with what the guest trapped with. */
  callSuspended(name: string, input: unknown): Promise<BareCall>;
}

const kernelSize = 1 << 20;

/** Without a host, a request fails as if nothing were granted. */
export async function openBare(wasm: Uint8Array, host?: BareHost): Promise<BareGuest> {
  const module = await webAssembly.compile(wasm);
  const desk = new Desk(host);
  const instance = await webAssembly.instantiate(module, desk.imports());
  const exports = instance.exports as BareGuest["exports"];
  desk.memory = exports["memory"] as LinearMemory;
  return {
    imports: webAssembly.Module.imports(module).map((entry) => `${entry.module}.${entry.name}`).sort(),
    exports,
    call(name: string, input: unknown): BareCall {
      desk.begin(input);
      return desk.end((exports[name] as () => number)());
    },
    async callSuspended(name: string, input: unknown): Promise<BareCall> {
      desk.begin(input);
      return desk.end(await webAssembly.promising(exports[name] as () => number)());
    },
  };
}

/** One call's input and output, and Extism's kernel memory as one array without reuse. */
class Desk {
  memory: LinearMemory = { buffer: new ArrayBuffer(0) };
  answer: string | undefined;
  error: string | undefined;
  logged: string[] = [];
  #event = new Uint8Array();
  #kernel = new DataView(new ArrayBuffer(kernelSize));
  #used = 8;
  readonly #lengths = new Map<bigint, number>();
  readonly #host: BareHost | undefined;
  #result = new Uint8Array();

  constructor(host: BareHost | undefined) {
    this.#host = host;
  }

  begin(input: unknown): void {
    this.#event = new TextEncoder().encode(typeof input === "string" ? input : JSON.stringify(input));
    this.answer = undefined;
    this.error = undefined;
    this.logged = [];
    this.#used = 8;
  }

  end(code: number): BareCall {
    return { code, answer: this.answer, error: this.error, logged: this.logged };
  }

  imports(): { [namespace: string]: { [name: string]: (...values: never) => unknown } } {
    const log = (level: string) => (block: bigint): number => this.logged.push(`${level} ${this.#text(block)}`);
    return {
      qpsmtpd: {
        event_length: (): number => this.#event.length,
        event_read: (to: number): void => new Uint8Array(this.memory.buffer).set(this.#event, to),
        answer_write: (from: number, length: number): void => {
          this.answer = new TextDecoder("utf-8", { fatal: true }).decode(
            new Uint8Array(this.memory.buffer, from, length),
          );
        },
        ...this.#hostFunctions(this.#host),
      },
      "extism:host/env": {
        alloc: (length: bigint): bigint => this.#alloc(Number(length)),
        store_u8: (at: bigint, octet: number): void => this.#kernel.setUint8(Number(at), octet),
        store_u64: (at: bigint, word: bigint): void => this.#kernel.setBigUint64(Number(at), word, true),
        error_set: (block: bigint): void => {
          this.error = this.#text(block);
        },
        log_debug: log("debug"),
        log_info: log("info"),
        log_warn: log("warn"),
        log_error: log("error"),
      },
    };
  }

  #hostFunctions(host: BareHost | undefined): { [name: string]: (...values: never) => unknown } {
    if (host === undefined) {
      return { host_call: (): number => 0, host_result: (): void => {}, content_read: (): number => -1 };
    }
    return {
      host_call: new webAssembly.Suspending(async (from: number, length: number): Promise<number> => {
        const text = new TextDecoder().decode(new Uint8Array(this.memory.buffer, from, length));
        this.#result = new TextEncoder().encode(JSON.stringify(await host.fulfil(JSON.parse(text))));
        return this.#result.length;
      }),
      host_result: (to: number): void => new Uint8Array(this.memory.buffer).set(this.#result, to),
      content_read: new webAssembly.Suspending(async (offset: number, length: number, to: number): Promise<number> => {
        const octets = await host.readContent?.(offset, length);
        if (octets === undefined) return -1;
        new Uint8Array(this.memory.buffer).set(octets, to);
        return octets.length;
      }),
    };
  }

  #alloc(length: number): bigint {
    const block = BigInt(this.#used);
    this.#used += length;
    this.#lengths.set(block, length);
    return block;
  }

  #text(block: bigint): string {
    const length = this.#lengths.get(block) ?? 0;
    return new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(this.#kernel.buffer, Number(block), length));
  }
}
