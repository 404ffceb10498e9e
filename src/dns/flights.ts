// Lets all who ask the same question at the same time share one answer; whoever leaves early disturbs nobody.

import { type DnsAnswer, unanswered } from "./resolver.ts";

interface Flight {
  readonly answer: Promise<DnsAnswer>;
  readonly stop: AbortController;
  waiting: number;
}

export class Flights {
  readonly #flights = new Map<string, Flight>();

  get size(): number {
    return this.#flights.size;
  }

  /** Waits for the flight under way for `key`, or for a new one. Its signal comes when the last of those waiting has left. */
  join(key: string, start: (signal: AbortSignal) => Promise<DnsAnswer>, signal: AbortSignal): Promise<DnsAnswer> {
    if (signal.aborted) return Promise.resolve(left());
    const flight = this.#flights.get(key) ?? this.#start(key, start);
    flight.waiting++;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        signal.removeEventListener("abort", leave);
        if (--flight.waiting === 0) this.#abandon(key, flight);
        resolve(left());
      };
      signal.addEventListener("abort", leave);
      flight.answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
    });
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<DnsAnswer>): Flight {
    const stop = new AbortController();
    const flight: Flight = { answer: start(stop.signal), stop, waiting: 0 };
    this.#flights.set(key, flight);
    const land = (): void => this.#forget(key, flight);
    flight.answer.then(land, land);
    return flight;
  }

  /** At once, so that the next to ask does not join a flight that was called off. */
  #abandon(key: string, flight: Flight): void {
    this.#forget(key, flight);
    flight.stop.abort();
  }

  #forget(key: string, flight: Flight): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}

function left(): DnsAnswer {
  return unanswered("aborted", "whoever asked does not want to know any more");
}
