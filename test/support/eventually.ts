// Waits for something that another program will do in its own time.

/** Looks 20 times a second until `look` gives a value; fails with `what` after `within` milliseconds. */
export async function eventually<T>(
  what: () => string,
  look: () => T | undefined | Promise<T | undefined>,
  within = 60_000,
): Promise<T> {
  const deadline = performance.now() + within;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`${within} ms were not enough: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
