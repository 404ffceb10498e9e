// What the process holds of the machine's memory, after its garbage is gone.

const collect = (globalThis as { readonly gc?: () => void }).gc;

/** Megabytes (of a million octets) of resident memory as it is. */
export function residentNow(): number {
  return process.memoryUsage().rss / 1_000_000;
}

/** The same after a collection. The runtime must have been started with its flag for that. */
export function residentAfterCollection(): number {
  if (collect === undefined) throw new Error("there is no gc(): start with --expose-gc");
  collect();
  return residentNow();
}

/** Collects until no more than `most` megabytes are left, or a second has passed; gives what is left. */
export async function residentWithin(most: number): Promise<number> {
  let left = residentNow();
  for (let round = 0; left > most && round < 20; round++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    left = residentAfterCollection();
  }
  return left;
}
