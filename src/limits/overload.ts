// Is this process overloaded? High marks begin it, low marks end it, so that it does not flicker in between.

/** What is measured; `undefined` where it cannot be, and then it is not judged. */
export interface Gauges {
  /** Milliseconds: the longest that a timer was late since the last look. */
  readonly loopLag: number | undefined;
  /** Octets of the heap in use, buffers included. */
  readonly heap: number | undefined;
  /** Octets that are free on the file system of the spool. */
  readonly spoolFree: number | undefined;
  /** Percent of the open files that this process may have. */
  readonly openFiles: number | undefined;
}

/** High marks, in the units of the gauges; for `spoolFree` a low one. 0 is no mark. */
export type OverloadMarks = { readonly [gauge in keyof Gauges]: number };

export interface Excess {
  readonly gauge: keyof Gauges;
  readonly value: number;
  readonly mark: number;
}

/** `looks`: how many in a row spoke for a change. `why`: what was over its mark when it began. */
export type Load =
  | { readonly kind: "normal"; readonly looks: number }
  | { readonly kind: "overloaded"; readonly looks: number; readonly why: readonly Excess[] };

export const normalLoad: Load = { kind: "normal", looks: 0 };

/** Looks in a row: one alone may be a collection of garbage, or a laptop that woke up. */
const looksToBegin = 2;
const looksToEnd = 3;

/** An overload is over below this part of a high mark. */
const low = 0.8;

const gauges: readonly (keyof Gauges)[] = ["loopLag", "heap", "spoolFree", "openFiles"];

/** The load after one more look at the gauges. Call it at even intervals. */
export function judgeLoad(before: Load, found: Gauges, marks: OverloadMarks): Load {
  if (before.kind === "normal") {
    const why = excesses(found, marks, 1);
    if (why.length === 0) return normalLoad;
    const looks = before.looks + 1;
    return looks < looksToBegin ? { kind: "normal", looks } : { kind: "overloaded", looks: 0, why };
  }
  if (excesses(found, marks, low).length > 0) return { ...before, looks: 0 };
  const looks = before.looks + 1;
  return looks < looksToEnd ? { ...before, looks } : normalLoad;
}

/** For the log: `loop lag 612 ms (mark 500 ms), open files 93 % (mark 90 %)`. */
export function explainExcesses(why: readonly Excess[]): string {
  return why.map(({ gauge, value, mark }) => {
    const { name, unit } = words[gauge];
    return `${name} ${Math.round(value)} ${unit} (mark ${Math.round(mark)} ${unit})`;
  }).join(", ");
}

const words: { readonly [gauge in keyof Gauges]: { readonly name: string; readonly unit: string } } = {
  loopLag: { name: "loop lag", unit: "ms" },
  heap: { name: "heap", unit: "octets" },
  spoolFree: { name: "free for the spool", unit: "octets" },
  openFiles: { name: "open files", unit: "%" },
};

/** Where `part` is below 1, the marks are that much stricter. */
function excesses(found: Gauges, marks: OverloadMarks, part: number): readonly Excess[] {
  return gauges.flatMap((gauge) => {
    const [value, mark] = [found[gauge], marks[gauge]];
    if (value === undefined || mark <= 0) return [];
    const over = gauge === "spoolFree" ? value < mark / part : value > mark * part;
    return over ? [{ gauge, value, mark }] : [];
  });
}
