// How one plugin has done since it was loaded.

import type { HostRequest } from "../hooks/askable.ts";
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

/** What one call took of the guest's side: milliseconds, fuel, and what it asked of the host, if anything. */
export interface Used {
  readonly cpu: number;
  readonly fuel: number;
  readonly requests: readonly HostRequest[] | undefined;
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

  /** `memory` is in octets. */
  use({ cpu, fuel }: Used, memory: number): void {
    this.#cpu += cpu;
    this.#fuel += fuel;
    if (memory > this.#memory) this.#memory = memory;
  }

  /** Counts one call that began at `began`, a time of `performance.now`; without `used` no guest has run. */
  count(ended: Judged, began: number, used?: Used): CallResult {
    const fuel = used?.fuel ?? 0;
    const micros = (performance.now() - began) * 1000;
    this.#micros += micros;
    if (micros > this.#slowestMicros) this.#slowestMicros = micros;
    const asked = used?.requests === undefined ? {} : { requests: used.requests };
    if (ended.kind === "answered") {
      this.#answered++;
      return { ...asked, kind: "answered", answer: ended.answer, micros, fuel };
    }
    this.#failed[ended.failure]++;
    return { ...asked, kind: "failed", failure: ended.failure, message: ended.message, micros, fuel };
  }
}
