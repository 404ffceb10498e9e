// What came of one attack, as numbers and words: the row of the table.

import type { Language } from "./attack.ts";

export interface Measured {
  readonly name: string;
  readonly family: string;
  readonly language: Language;
  readonly tries: string;
  /** The reply that mattered, or the problem for which it did not load. */
  readonly outcome: string;
  /** Milliseconds from the question to its answer with nobody else there. */
  readonly alone: number;
  /** The same with the bystanders talking. */
  readonly among: number;
  /** Milliseconds that one call of the guest ran, by the plugin's own counters. */
  readonly guest: number;
  /** Milliseconds that the event loop was away at most while it was loaded. */
  readonly loadingLag: number;
  /** Milliseconds that the event loop was late while it was asked. */
  readonly lagP99: number;
  readonly lagWorst: number;
  /** Answers that bystanders got meanwhile. */
  readonly bystanders: number;
  /** Megabytes that the process holds more than before. */
  readonly grown: number;
  /** What is not as it must be, however often it is tried. */
  readonly problems: readonly string[];
  /** Times and memory beyond their bounds, which a busy machine may have caused. */
  readonly doubtful: readonly string[];
}
