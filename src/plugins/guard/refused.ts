// How reading stops. Thrown inside this folder only, caught by `guard` alone, and a value from there on.

/**
 * An exception, against the house rule, because it must leave a dozen nested readers at once, and because testing a
 * result after each of a million numbers would double the time.
 */
export class Refused extends Error {
  /** The octet of the module at which it stopped making sense. */
  readonly offset: number;

  constructor(offset: number, why: string) {
    super(why);
    this.offset = offset;
  }
}
