// How one plugin has done since it was loaded.

import { type CallResult, type Failure, failures, type Judged } from "./failure.ts";

export interface Counters {
  readonly answered: number;
  readonly failed: { readonly [F in Failure]: number };
  /** Microseconds of all calls together, and of the slowest: waiting included. */
  readonly micros: number;
  readonly slowestMicros: number;
  /** Milliseconds that the guest itself ran, and the fuel it burned. */
  readonly cpu: number;
  readonly fuel: number;
  /** The most octets of memory that an instance had. */
  readonly memory: number;
}

export class Tally {
  readonly #failed = Object.fromEntries(failures.map((failure) => [failure, 0])) as Record<Failure, number>;
  #answered = 0;
  #micros = 0;
  #slowestMicros = 0;
  #cpu = 0;
  #fuel = 0;
  #memory = 0;

  get counters(): Counters {
    return {
      answered: this.#answered,
      failed: { ...this.#failed },
      micros: this.#micros,
      slowestMicros: this.#slowestMicros,
      cpu: this.#cpu,
      fuel: this.#fuel,
      memory: this.#memory,
    };
  }

  /** What one call took of the guest's side. */
  use({ cpu, fuel }: { readonly cpu: number; readonly fuel: number }, memory: number): void {
    this.#cpu += cpu;
    this.#fuel += fuel;
    if (memory > this.#memory) this.#memory = memory;
  }

  /** Counts one call that began at `began`, a time of `performance.now`. */
  count(ended: Judged, began: number): CallResult {
    const { fuel = 0, requests } = ended;
    const micros = (performance.now() - began) * 1000;
    this.#micros += micros;
    if (micros > this.#slowestMicros) this.#slowestMicros = micros;
    const cost = requests === undefined ? { micros, fuel } : { micros, fuel, requests };
    if (ended.kind === "answered") {
      this.#answered++;
      return { kind: "answered", answer: ended.answer, ...cost };
    }
    this.#failed[ended.failure]++;
    return { kind: "failed", failure: ended.failure, message: ended.message, ...cost };
  }
}
