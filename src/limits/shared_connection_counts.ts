// How many connections are open in all worker processes together, counted in a file that they share.

import type { Log } from "../log/log.ts";
import { isLocked, type Patience, whenUnlocked } from "../store/locked.ts";
import type { Tallies } from "../store/tallies.ts";
import {
  type Admission,
  type ConnectionCounts,
  type CountRules,
  HeldCounts,
  once,
  type Share,
  sharesOf,
} from "./connection_counts.ts";

export interface SharedCountsOptions {
  readonly rules: CountRules;
  /** Closed by `close`. */
  readonly tallies: Tallies;
  readonly log: Log;
  /** The longest that a client waits for the file, in milliseconds. */
  readonly patience?: number;
  /** Milliseconds between two renewals of what this process holds. */
  readonly renewal?: number;
}

/** Milliseconds for which the file is left alone after it did not work, and between two log lines about that. */
const alone = 1000;
const quiet = 10_000;

/** Milliseconds until what could not be written is tried again, and how many keys are remembered for that. */
const retry = 10;
const mostUnwritten = 10_000;

/** Milliseconds between two attempts to find the file unlocked. */
const longestPause = 2;

/**
 * Limits hold exactly: what the others hold is read and what this process holds is written in one transaction. When the
 * file cannot be used, each process keeps the limits by itself, and says so: mail goes on.
 */
export class SharedCounts implements ConnectionCounts {
  readonly #rules: CountRules;
  readonly #tallies: Tallies;
  readonly #log: Log;
  readonly #patience: number;
  readonly #held = new HeldCounts();
  /** Keys of which the file does not say yet what is held. */
  #unwritten: Set<string> | "all" = new Set();
  readonly #renewing: NodeJS.Timeout;
  #writing: NodeJS.Immediate | NodeJS.Timeout | undefined;
  /** The last of those who wait for the file. */
  #turn: Promise<unknown> = Promise.resolve();
  #aloneUntil = -Infinity;
  #quietUntil = -Infinity;
  #closed = false;

  constructor({ rules, tallies, log, patience = 250, renewal = 5000 }: SharedCountsOptions) {
    this.#rules = rules;
    this.#tallies = tallies;
    this.#log = log;
    this.#patience = patience;
    this.#renewing = setInterval(() => this.#renew(), renewal);
    this.#renewing.unref();
  }

  admit(address: string): Admission | Promise<Admission> {
    const shares = sharesOf(address, this.#rules);
    const full = this.#held.full(shares);
    // No need to hear how much the others hold: a flood from one address costs no transaction here.
    if (full !== undefined) return { kind: "refused", by: full.by };
    if (this.#closed || performance.now() < this.#aloneUntil) return this.#admitAlone(shares);
    try {
      return this.#admitAmongOthers(shares);
    } catch (error) {
      return isLocked(error) ? this.#admitInTurn(shares) : this.#failOpen(shares, this.#tallies.explain(error));
    }
  }

  /** No longer counts what a worker held that has ended; for the process that saw it end. */
  async forget(pid: number): Promise<void> {
    const forgotten = await whenUnlocked(
      () => this.#tallies.forget(pid),
      this.#patienceUntil(performance.now() + this.#patience),
    );
    if (forgotten?.kind === "failed") this.#complain(forgotten.message);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#renewing);
    this.#tallies.close();
  }

  #admitAmongOthers(shares: readonly Share[]): Admission {
    const full = this.#tallies.exchange(shares.map(({ key }) => key), (others) => {
      const full = this.#held.full(shares, others);
      const held = full === undefined ? shares.map(({ key }) => [key, this.#held.of(key) + 1] as const) : [];
      return { held, ending: full };
    });
    if (full !== undefined) return { kind: "refused", by: full.by };
    // Within the same turn as the transaction, so that no other admission comes between.
    return this.#hold(shares);
  }

  /** One behind the other: many attempts at a time would only hold each other up. */
  #admitInTurn(shares: readonly Share[]): Promise<Admission> {
    const deadline = performance.now() + this.#patience;
    const admission = this.#turn.then(() => this.#admitUntil(deadline, shares));
    this.#turn = admission.catch(() => {});
    return admission;
  }

  async #admitUntil(deadline: number, shares: readonly Share[]): Promise<Admission> {
    if (performance.now() < this.#aloneUntil) return this.#admitAlone(shares);
    const patience = this.#patienceUntil(deadline);
    const admission = await whenUnlocked(() => this.#admitAmongOthers(shares), patience);
    return admission.kind === "failed" ? this.#failOpen(shares, admission.message) : admission;
  }

  #failOpen(shares: readonly Share[], why: string): Admission {
    this.#aloneUntil = performance.now() + alone;
    this.#complain(why);
    return this.#admitAlone(shares);
  }

  #admitAlone(shares: readonly Share[]): Admission {
    const full = this.#held.full(shares);
    if (full !== undefined) return { kind: "refused", by: full.by };
    const admission = this.#hold(shares);
    this.#writeLater(shares);
    return admission;
  }

  #hold(shares: readonly Share[]): Admission {
    this.#held.add(shares, 1);
    const release = once(() => {
      this.#held.add(shares, -1);
      this.#writeLater(shares);
    });
    return { kind: "admitted", release };
  }

  /** Once for all that changes in this turn of the event loop: until then the file says too much, never too little. */
  #writeLater(shares: readonly Share[]): void {
    if (this.#unwritten === "all" || this.#unwritten.size > mostUnwritten) this.#unwritten = "all";
    else for (const { key } of shares) this.#unwritten.add(key);
    if (!this.#closed) this.#writing ??= setImmediate(() => this.#writeNow());
  }

  #writeNow(): void {
    this.#writing = undefined;
    if (this.#closed) return;
    try {
      if (this.#unwritten === "all") this.#tallies.replace(this.#held.all());
      else this.#tallies.write([...this.#unwritten].map((key) => [key, this.#held.of(key)]));
      this.#unwritten = new Set();
    } catch {
      // Locked, or broken: then the next admission tells why.
      this.#writing = setTimeout(() => this.#writeNow(), retry);
      this.#writing.unref();
    }
  }

  #renew(): void {
    try {
      this.#tallies.renew(this.#held.all());
    } catch {
      // The expiry leaves time for several attempts.
    }
  }

  #patienceUntil(deadline: number): Patience {
    const wait = deadline - performance.now();
    return { wait, pause: longestPause, explain: (error) => this.#tallies.explain(error) };
  }

  #complain(why: string): void {
    if (performance.now() < this.#quietUntil) return;
    this.#quietUntil = performance.now() + quiet;
    this.#log("warn", "each process counts connections alone", { why });
  }
}
