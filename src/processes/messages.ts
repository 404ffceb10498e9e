// What primary and worker say to each other, checked where it arrives: a worker talks to strangers all day.

import * as v from "valibot";
import type { Changes } from "../generation/change_lists.ts";

/** `drain`: end soon, every session is told so. `retire`: end when the sessions have, others take the clients. */
export type ToWorker =
  | { readonly kind: "reload" | "drain" | "retire" }
  /** What somebody wants to know of the worker, or have done by it; answered by `answer` with the same number. */
  | { readonly kind: "ask"; readonly id: number; readonly question: string; readonly about: string }
  /** Whether what happens is to be told. */
  | { readonly kind: "listen"; readonly on: boolean };

/** Lines are whole and for the operator. */
export type FromWorker =
  /** It accepts clients. `lines` say what runs and where. */
  | { readonly kind: "listening"; readonly lines: readonly string[]; readonly complaints: readonly string[] }
  /** It will end: why, in `complaints`. */
  | { readonly kind: "failed"; readonly complaints: readonly string[] }
  /** One for each `reload`, in order; `kept`: everything is as it was, because of the problems. */
  | {
    readonly kind: "reloaded";
    readonly number: number;
    readonly changes: Changes;
    readonly warnings: readonly string[];
  }
  | { readonly kind: "kept"; readonly number: number; readonly problems: readonly string[] }
  /** Whoever asked knows what shape the value must have; without one there is no answer. */
  | { readonly kind: "answer"; readonly id: number; readonly value?: unknown }
  | { readonly kind: "happened"; readonly values: readonly unknown[] };

const mostLines = 1000;
const longestLine = 10_000;

const lines = v.pipe(v.array(v.pipe(v.string(), v.maxLength(longestLine))), v.maxLength(mostLines));

const number = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Happenings that one message may carry. */
export const mostHappenings = 1000;

const toWorker: v.GenericSchema<unknown, ToWorker> = v.variant("kind", [
  v.strictObject({ kind: v.picklist(["reload", "drain", "retire"]) }),
  v.strictObject({ kind: v.literal("ask"), id: number, question: v.string(), about: v.string() }),
  v.strictObject({ kind: v.literal("listen"), on: v.boolean() }),
]);

const changes = v.strictObject({
  added: lines,
  changed: lines,
  removed: lines,
  kept: lines,
  rejudged: lines,
  tables: lines,
});

const fromWorker: v.GenericSchema<unknown, FromWorker> = v.variant("kind", [
  v.strictObject({ kind: v.literal("listening"), lines, complaints: lines }),
  v.strictObject({ kind: v.literal("failed"), complaints: lines }),
  v.strictObject({ kind: v.literal("reloaded"), number, changes, warnings: lines }),
  v.strictObject({ kind: v.literal("kept"), number, problems: lines }),
  v.strictObject({ kind: v.literal("answer"), id: number, value: v.optional(v.unknown()) }),
  v.strictObject({ kind: v.literal("happened"), values: v.pipe(v.array(v.unknown()), v.maxLength(mostHappenings)) }),
]);

/** Undefined for anything else. */
export function parseToWorker(message: unknown): ToWorker | undefined {
  return outputOf(v.safeParse(toWorker, message));
}

/** Undefined for anything else. */
export function parseFromWorker(message: unknown): FromWorker | undefined {
  return outputOf(v.safeParse(fromWorker, message));
}

/** Lines as a message may carry them. */
export function boundedLines(all: readonly string[]): readonly string[] {
  return all.slice(0, mostLines).map((line) => line.slice(0, longestLine));
}

function outputOf<Output>(parsed: { readonly success: boolean; readonly output: unknown }): Output | undefined {
  return parsed.success ? parsed.output as Output : undefined;
}
