// The steps of one record under way, with a bound: what refuses nobody is left out first.

import type { Step } from "./record.ts";

/** About so many characters of a record are for steps that refuse nobody, and so many for all. */
const mostForPassing = 16 * 1024;
const mostForAll = 64 * 1024;

/** Of a session, at its beginning and again at its end, for the record of each of its transactions. */
const mostForExcerpt = 2 * 1024;

/** Of a step in JSON, beside its texts. */
const frame = 100;

/** Steps, and how many there are besides. */
export type Steps = Pick<Chain, "steps" | "omitted">;

export class Chain {
  readonly #steps: Step[] = [];
  #size = 0;
  #omitted = 0;
  #refusals = 0;

  get steps(): readonly Step[] {
    return this.#steps;
  }

  get omitted(): number {
    return this.#omitted;
  }

  /** Replies of 400 and above, those that were left out too. */
  get refusals(): number {
    return this.#refusals;
  }

  /** The first and the last of them: a client that has made the chain long could fill the store by short transactions. */
  excerpt(): Steps {
    if (this.#size <= 2 * mostForExcerpt) return this;
    const steps = this.#steps;
    const first = fitting(steps);
    const last = fitting(steps.slice(first).reverse());
    const kept = [...steps.slice(0, first), ...steps.slice(steps.length - last)];
    return { steps: kept, omitted: this.#omitted + steps.length - kept.length };
  }

  /** Costs nothing but the memory of the step. */
  add(step: Step): void {
    const told = "reply" in step;
    if (told) this.#refusals++;
    const passing = "found" in step && (step.found === "pass" || step.found === "skip");
    const size = sizeOf(step);
    if (this.#size + size > (passing ? mostForPassing : mostForAll)) {
      this.#omitted++;
      return;
    }
    this.#size += size;
    this.#steps.push(step);
  }
}

/** How many of them, from the first on, an excerpt has room for. */
function fitting(steps: readonly Step[]): number {
  let size = 0;
  const over = steps.findIndex((step) => (size += sizeOf(step)) > mostForExcerpt);
  return over === -1 ? steps.length : over;
}

function sizeOf(step: Step): number {
  return frame + textOf(step).length;
}

function textOf(step: Step): string {
  if ("reply" in step) return step.text + (step.why ?? "");
  return step.why ?? "";
}
