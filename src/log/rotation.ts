// When a log file is put aside.

export interface RotationRule {
  /** Octets; 0 is no bound. */
  readonly size: number;
  /** Milliseconds; 0 is never. */
  readonly age: number;
}

/** What is known of a file without opening it. */
export interface SeenFile {
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
}

/** Looks at one path again and again. */
export class Rotation {
  readonly #rule: RotationRule;
  #ino = -1;
  /** Counted in ages since 1970: when the file was begun, or last written before it was first seen. */
  #period = 0;

  constructor(rule: RotationRule) {
    this.#rule = rule;
  }

  /** Whether it is time; an empty file stays. */
  isDue(file: SeenFile, now: Date): boolean {
    const { size, age } = this.#rule;
    if (file.ino !== this.#ino || file.size === 0) {
      this.#ino = file.ino;
      this.#period = periodOf(file.size === 0 ? now.getTime() : file.mtimeMs, age);
    }
    if (file.size === 0) return false;
    return (size > 0 && file.size >= size) || periodOf(now.getTime(), age) > this.#period;
  }
}

function periodOf(time: number, age: number): number {
  return age === 0 ? 0 : Math.floor(time / age);
}
