// The steps of one record under way, with a bound: what refuses nobody is left out first.

import type { Step } from "./record.ts";

/** About so many characters of a record are for steps that refuse nobody, and so many for all. */
const mostForPassing = 16 * 1024;
const mostForAll = 64 * 1024;

/** Of a step in JSON, beside its texts. */
const frame = 100;

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

  /** Costs nothing but the memory of the step. */
  add(step: Step): void {
    const told = "reply" in step;
    if (told) this.#refusals++;
    const passing = "found" in step && (step.found === "pass" || step.found === "skip");
    const size = frame + textOf(step).length;
    if (this.#size + size > (passing ? mostForPassing : mostForAll)) {
      this.#omitted++;
      return;
    }
    this.#size += size;
    this.#steps.push(step);
  }
}

function textOf(step: Step): string {
  if ("reply" in step) return step.text + (step.why ?? "");
  return step.why ?? "";
}
