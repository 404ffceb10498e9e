// A guest as it was before its first call, and back to that: memory where it was touched, globals, tables.

import { Buffer } from "node:buffer";
import type { GuardFacts } from "./guard/guard.ts";
import type { GuestSpace } from "./guest_space.ts";
import type { Touched } from "./touched.ts";
import type { GuestGlobal, GuestTable } from "./web_assembly.ts";

/** What the guard exported of one instance. */
export interface GuestState {
  readonly memory?: GuestSpace;
  readonly touched?: Touched;
  readonly globals: readonly GuestGlobal[];
  /** Only the tables that code can change. */
  readonly tables: readonly GuestTable[];
}

/** Finds in an instance's exports what the guard promised. */
export function stateOf(
  exports: { readonly [name: string]: unknown },
  facts: GuardFacts,
  memory?: GuestSpace,
  touched?: Touched,
): GuestState {
  return {
    ...(memory === undefined ? {} : { memory }),
    ...(touched === undefined ? {} : { touched }),
    globals: facts.globals.filter(({ name }) => name !== facts.fuel).map(({ name }) => exports[name] as GuestGlobal),
    tables: facts.changesTables ? facts.tables.map(({ name }) => exports[name] as GuestTable) : [],
  };
}

/** Costs the memory's size once, and at each restore a copy of what was touched since. */
export class Snapshot {
  readonly #state: GuestState;
  readonly #memory: Uint8Array | undefined;
  readonly #globals: readonly unknown[];
  readonly #tables: readonly (readonly unknown[])[];

  /** `like`: of another instance of the same plugin; what is equal there is kept only once. */
  constructor(state: GuestState, like?: Snapshot) {
    this.#state = state;
    this.#memory = state.memory === undefined ? undefined : imageOf(state.memory, like?.image);
    this.#globals = state.globals.map((global) => global.value);
    state.touched?.clear();
    this.#tables = state.tables.map((table) => Array.from({ length: table.length }, (_, index) => table.get(index)));
  }

  /** The memory's octets; not to be changed. */
  get image(): Uint8Array | undefined {
    return this.#memory;
  }

  /** False if it cannot be restored, because memory or a table has grown: then the instance has had its last call. */
  restore(): boolean {
    const { memory, touched, globals, tables } = this.#state;
    if (tables.some((table, index) => table.length !== this.#tables[index]?.length)) return false;
    if (memory !== undefined && this.#memory !== undefined) {
      const { octets } = memory;
      if (octets.length !== this.#memory.length) return false;
      // Without notes all of it may have been touched.
      if (touched === undefined) octets.set(this.#memory);
      else touched.restore(octets, this.#memory);
    }
    for (const [index, global] of globals.entries()) global.value = this.#globals[index];
    for (const [at, table] of tables.entries()) {
      for (const [index, entry] of (this.#tables[at] ?? []).entries()) {
        if (table.get(index) !== entry) table.set(index, entry);
      }
    }
    return true;
  }
}

/** Guests have no clock and no randomness, so that instances with the same settings have the same memory. */
function imageOf({ octets }: GuestSpace, like: Uint8Array | undefined): Uint8Array {
  return like !== undefined && Buffer.compare(octets, like) === 0 ? like : octets.slice();
}
