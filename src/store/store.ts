// What plugins remember between calls, shared by all processes that open the same store, and what it promises.

/**
 * Every change is atomic, also among processes. What was answered "ok" survives `kill -9` of this process; whether it
 * survives a power failure is the implementation's to say. Nothing here throws: a store that does not work is "failed".
 */
export interface Store {
  /** For the start block: `var/store.sqlite`. */
  readonly description: string;
  /**
   * What one plugin stored: it sees no other's. Costs no I/O. Once `signal` is aborted nothing is changed any more, and
   * who waits for a lock is answered "failed".
   */
  namespace(name: string, signal?: AbortSignal): Namespace;
  /** Harmless when repeated; every later request is "failed". */
  close(): Promise<void>;
}

/**
 * Keys are ordered by their UTF-8 octets. Values are JSON text. Neither may hold NUL or half a surrogate pair. `expires`
 * is in milliseconds from now; without it an entry stays. An expired entry is as good as absent at once.
 */
export interface Namespace {
  get(key: string): Promise<Got>;
  /** Replaces value and expiry: without `expires` an expiry of before is lifted. */
  set(key: string, value: string, expires?: number): Promise<Stored>;
  /** Sets only where `expected` is the value, character by character; `undefined` expects no entry. */
  compareAndSet(key: string, expected: string | undefined, value: string, expires?: number): Promise<Compared>;
  /** An absent entry counts as 0. A value, or a sum, that is no safe integer is a conflict. */
  increment(key: string, by: number, options?: Counting): Promise<Counted>;
  delete(key: string): Promise<Deleted>;
  /**
   * Entries whose key begins with `prefix` and is behind `after`, in order: at most `limit`, and at most a page. A page
   * may be empty although more follow: only one without `after` is the last.
   */
  scan(prefix: string, limit: number, after?: string): Promise<Scanned>;
}

export interface Counting {
  /** Given to the entry when it is created: a window that begins with the first count. */
  readonly expires?: number;
  /** Give `expires` anew with every count: a window that begins with the last one. */
  readonly refresh?: boolean;
}

export interface Entry {
  readonly key: string;
  readonly value: string;
}

/** `message` is one sentence for the operator: it may name files. */
export type Failed = { readonly kind: "failed"; readonly message: string };
/** A bound of the namespace, or the disk, leaves no room; `message` says which. */
export type Full = { readonly kind: "full"; readonly message: string };
export type Ok = { readonly kind: "ok" };
export type Absent = { readonly kind: "absent" };
/** Nothing was changed; `value` is what is there, if there is an entry. */
export type Conflict = { readonly kind: "conflict"; readonly value?: string };

export type Got = { readonly kind: "ok"; readonly value: string } | Absent | Failed;
export type Stored = Ok | Full | Failed;
export type Compared = Ok | Conflict | Full | Failed;
export type Counted = { readonly kind: "ok"; readonly value: number } | Conflict | Full | Failed;
export type Deleted = Ok | Absent | Failed;
/** `after` is the key behind which to go on; without it there is nothing more. */
export type Scanned =
  | { readonly kind: "ok"; readonly entries: readonly Entry[]; readonly after?: string }
  | Failed;

/** Octets of UTF-8; `entries` and `octets` (of keys and values) are for each namespace. */
export interface StoreLimits {
  readonly key: number;
  readonly value: number;
  readonly entries: number;
  readonly octets: number;
  /** Of one answer to `scan`: more octets only if they are of a single entry. */
  readonly pageEntries: number;
  readonly pageOctets: number;
}

export const storeLimits: StoreLimits = {
  key: 512,
  value: 65_536,
  entries: 1_000_000,
  octets: 268_435_456,
  pageEntries: 1000,
  pageOctets: 262_144,
};

/** Why `text` cannot be a key or a value of at most `limit` octets, as the end of a sentence. */
export function textProblem(text: string, limit: number): string | undefined {
  // A text has at least as many octets as characters: an absurdly long one is not looked through.
  if (text.length > limit || Buffer.byteLength(text) > limit) return `is longer than ${limit} octets`;
  if (text.includes("\0")) return "contains NUL";
  return text.isWellFormed() ? undefined : "contains half a surrogate pair";
}
