// `host.store`: what a plugin remembers from call to call. Every change is atomic, among all sessions and servers.

import type { Json } from "../../contract/contract.ts";
import type { HostAccess } from "./host_access.ts";

export interface Expiring {
  /** Seconds from now, 1 to 315,576,000 (ten years); without it an entry stays. */
  readonly expires?: number;
}

export interface Counting extends Expiring {
  /** Start `expires` anew with every count; otherwise it runs from the first. */
  readonly refresh?: boolean;
}

/** `value` is what is there instead, absent if there is no entry. */
export type Compared = { readonly stored: true } | { readonly stored: false; readonly value?: Json };

export interface Entry {
  readonly key: string;
  readonly value: Json;
}

export interface Scanned {
  readonly entries: readonly Entry[];
  /** Where to go on; absent on the last page. A page may be empty although more follow. */
  readonly after?: string;
}

export interface Store {
  /** `undefined` if there is no entry. */
  get(key: string): Json | undefined;
  /** Replaces value and expiry. */
  set(key: string, value: Json, options?: Expiring): void;
  /** Sets only where `expected` is what is there; `undefined` expects no entry. */
  compareAndSet(key: string, expected: Json | undefined, value: Json, options?: Expiring): Compared;
  /** The sum; an absent entry counts as 0. HostError `conflict` if the value, or the sum, is no safe integer. */
  increment(key: string, by?: number, options?: Counting): number;
  /** Whether there was an entry. */
  delete(key: string): boolean;
  /** Entries whose key begins with `prefix`, by the octets of their keys: 100 a page, at most 1,000. */
  scan(prefix: string, options?: { readonly limit?: number; readonly after?: string }): Scanned;
}

export function storeOf({ call }: HostAccess): Store {
  return {
    get(key: string): Json | undefined {
      return (call("store", { do: "get", key }) as { readonly value?: Json }).value;
    },
    set(key: string, value: Json, { expires }: Expiring = {}): void {
      call("store", { do: "set", key, value, expires });
    },
    compareAndSet(key: string, expected: Json | undefined, value: Json, { expires }: Expiring = {}): Compared {
      return call("store", { do: "compareAndSet", key, expected, value, expires }) as Compared;
    },
    increment(key: string, by?: number, { expires, refresh }: Counting = {}): number {
      return call("store", { do: "increment", key, by, expires, refresh }) as number;
    },
    delete(key: string): boolean {
      return call("store", { do: "delete", key }) as boolean;
    },
    scan(prefix: string, { limit, after }: { readonly limit?: number; readonly after?: string } = {}): Scanned {
      return call("store", { do: "scan", prefix, limit, after }) as Scanned;
    },
  };
}
