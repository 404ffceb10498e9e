// Counts by labels, and how long things took: bounded in the number of labels, cheap to add to.

import type { Bucket, Labels, MetricSample } from "./snapshot.ts";

/** Names come from the configuration, which is reloaded for months: more of them are counted together. */
const mostSeries = 1000;
const others = "other";

/** Series by the values of their labels, three at the most, in the order of `names`. */
class Series<T> {
  readonly #names: readonly string[];
  readonly #make: () => T;
  readonly #values = new Map<string, { readonly labels: Labels; readonly value: T }>();

  constructor(names: readonly string[], make: () => T) {
    this.#names = names;
    this.#make = make;
  }

  at(first?: string, second?: string, third?: string): T {
    // Joined, since a map in a map in a map is slower; a name has no line end.
    const key = second === undefined ? first ?? "" : `${first}\n${second}\n${third}`;
    return this.#values.get(key)?.value ?? this.#add(key, [first ?? "", second ?? "", third ?? ""]);
  }

  get all(): readonly { readonly labels: Labels; readonly value: T }[] {
    return [...this.#values.values()];
  }

  #add(key: string, values: readonly string[]): T {
    const named = values.slice(0, this.#names.length);
    if (this.#values.size >= mostSeries && named.some((value) => value !== others)) {
      return this.at(...this.#names.map(() => others));
    }
    const labels = Object.fromEntries(this.#names.map((name, index) => [name, values[index] ?? ""]));
    const value = this.#make();
    this.#values.set(key, { labels, value });
    return value;
  }
}

export class Counts {
  readonly #series: Series<{ count: number }>;

  constructor(...names: readonly string[]) {
    this.#series = new Series(names, () => ({ count: 0 }));
  }

  add(by: number, first?: string, second?: string, third?: string): void {
    this.#series.at(first, second, third).count += by;
  }

  get samples(): readonly MetricSample[] {
    return this.#series.all.map(({ labels, value }) => ({ labels, value: value.count }));
  }
}

/** Seconds, by labels. */
export class Durations {
  readonly #bounds: readonly number[];
  readonly #series: Series<{ readonly counts: number[]; sum: number }>;

  /** `bounds`: of the buckets, in seconds, from the least on. */
  constructor(bounds: readonly number[], ...names: readonly string[]) {
    this.#bounds = bounds;
    this.#series = new Series(names, () => ({ counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 }));
  }

  observe(seconds: number, first?: string, second?: string, third?: string): void {
    const series = this.#series.at(first, second, third);
    let place = 0;
    for (let bound = this.#bounds[0]; bound !== undefined && seconds > bound; bound = this.#bounds[++place]);
    series.counts[place] = (series.counts[place] ?? 0) + 1;
    series.sum += seconds;
  }

  get samples(): readonly MetricSample[] {
    return this.#series.all.map(({ labels, value: { counts, sum } }) => {
      let count = 0;
      const buckets: Bucket[] = counts.map((each, index) => {
        count += each;
        const bound = this.#bounds[index];
        return bound === undefined ? { count } : { bound, count };
      });
      return { labels, value: sum, buckets };
    });
  }
}
