// What primary and worker say to each other, checked where it arrives: a worker talks to strangers all day.

import * as v from "valibot";

/** `drain`: end soon, every session is told so. `retire`: end when the sessions have, others take the clients. */
export type ToWorker = { readonly kind: "reload" | "drain" | "retire" };

/** Lines are whole and for the operator. */
export type FromWorker =
  /** It accepts clients. `lines` say what runs and where. */
  | { readonly kind: "listening"; readonly lines: readonly string[]; readonly complaints: readonly string[] }
  /** It will end: why, in `complaints`. */
  | { readonly kind: "failed"; readonly complaints: readonly string[] }
  /** One for each `reload`, in order; `kept`: everything is as it was, because of the problems. */
  | { readonly kind: "reloaded" }
  | { readonly kind: "kept"; readonly problems: readonly string[] };

const mostLines = 1000;
const longestLine = 10_000;

const lines = v.pipe(v.array(v.pipe(v.string(), v.maxLength(longestLine))), v.maxLength(mostLines));

const toWorker: v.GenericSchema<unknown, ToWorker> = v.strictObject({
  kind: v.picklist(["reload", "drain", "retire"]),
});

const fromWorker: v.GenericSchema<unknown, FromWorker> = v.variant("kind", [
  v.strictObject({ kind: v.literal("listening"), lines, complaints: lines }),
  v.strictObject({ kind: v.literal("failed"), complaints: lines }),
  v.strictObject({ kind: v.literal("reloaded") }),
  v.strictObject({ kind: v.literal("kept"), problems: lines }),
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
