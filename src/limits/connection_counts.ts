// How many connections are open: in all, from one address, and from one network.

/** The most connections at the same time; `Infinity` is no limit. */
export interface ConnectionLimits {
  readonly all: number;
  readonly address: number;
  readonly network: number;
}

/** Connections with the same text are counted together. For IPv6 an "address" is a /64: one subscriber has all of it. */
export interface ConnectionKeys {
  readonly address: string;
  readonly network: string;
}

/** Asked anew for every connection, so that a changed configuration counts from the next one. */
export interface CountRules {
  limits(): ConnectionLimits;
  keysOf(address: string): ConnectionKeys;
}

export type Admission =
  /** `release` when the connection is over; once is enough, and more does no harm. */
  | { readonly kind: "admitted"; release(): void }
  /** Of several reached limits the closest to the client. */
  | { readonly kind: "refused"; readonly by: keyof ConnectionLimits };

export interface ConnectionCounts {
  /** Usually answers at once: only counts that are shared may have to wait for other processes, and not for long. */
  admit(address: string): Admission | Promise<Admission>;
  /** What is open is counted no more. */
  close(): void;
}

/** One of the three counts that a connection is part of. */
export interface Share {
  readonly by: keyof ConnectionLimits;
  readonly key: string;
  readonly limit: number;
}

/** The closest to the client first. */
export function sharesOf(address: string, rules: CountRules): readonly Share[] {
  const [limits, keys] = [rules.limits(), rules.keysOf(address)];
  return [
    { by: "address", key: `address ${keys.address}`, limit: limits.address },
    { by: "network", key: `network ${keys.network}`, limit: limits.network },
    { by: "all", key: "all", limit: limits.all },
  ];
}

/** The counts of one process; a key that nobody holds costs nothing. */
export class HeldCounts {
  readonly #counts = new Map<string, number>();

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  all(): Iterable<readonly [key: string, count: number]> {
    return this.#counts;
  }

  add(shares: readonly Share[], by: 1 | -1): void {
    for (const { key } of shares) {
      const count = this.of(key) + by;
      if (count > 0) this.#counts.set(key, count);
      else this.#counts.delete(key);
    }
  }

  /** The first share whose limit leaves no room for one more, `others` holding so much of each. */
  full(shares: readonly Share[], others: readonly number[] = []): Share | undefined {
    return shares.find(({ key, limit }, index) => this.of(key) + (others[index] ?? 0) >= limit);
  }
}

/** Counts the connections of this process alone. */
export class ProcessCounts implements ConnectionCounts {
  readonly #rules: CountRules;
  readonly #held = new HeldCounts();

  constructor(rules: CountRules) {
    this.#rules = rules;
  }

  admit(address: string): Admission {
    const shares = sharesOf(address, this.#rules);
    const full = this.#held.full(shares);
    if (full !== undefined) return { kind: "refused", by: full.by };
    this.#held.add(shares, 1);
    return { kind: "admitted", release: once(() => this.#held.add(shares, -1)) };
  }

  close(): void {}
}

/** Does `act` the first time only. */
export function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
}
