// When a worker that died is replaced, and when that is hopeless. Pure.

/** Milliseconds in which deaths are counted, and how many of them are too many. */
const span = 60_000;
const tooMany = 5;

/** Milliseconds before the first replacement; doubled for each death before. */
const firstDelay = 100;

export interface AfterDeath {
  /** The deaths that still count, this one included; for the next call. */
  readonly deaths: readonly number[];
  readonly next: { readonly kind: "replace"; readonly after: number } | { readonly kind: "giveUp" };
}

/** `before` are the times of earlier deaths, `now` of this one; milliseconds of one clock. */
export function afterDeath(before: readonly number[], now: number): AfterDeath {
  const deaths = [...before.filter((time) => now - time < span), now];
  if (deaths.length >= tooMany) return { deaths, next: { kind: "giveUp" } };
  return { deaths, next: { kind: "replace", after: firstDelay * 2 ** (deaths.length - 1) } };
}
