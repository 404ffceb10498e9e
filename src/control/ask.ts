// What a primary asks its workers: each question by name, answered by the control of that worker.

import * as v from "valibot";
import type { Happening } from "../live/happening.ts";
import type { LiveSession, SessionSummary } from "../live/live_session.ts";
import type { MetricsSnapshot } from "../metrics/snapshot.ts";
import type { Json } from "../../sdk/contract/contract.ts";
import type { Control, PluginView, Status } from "./control.ts";
import * as schemas from "./view_schemas.ts";

/** The answer to each question. */
export interface Answers {
  readonly status: Status;
  readonly sessions: readonly SessionSummary[];
  /** Null: this worker has none with that code. */
  readonly session: LiveSession | null;
  readonly plugins: readonly PluginView[];
  readonly metrics: MetricsSnapshot;
  readonly config: Json;
  readonly endSession: boolean;
}

export type Question = keyof Answers;

/** Sessions that one worker tells of. */
const mostListed = 10_000;

const shapes: { readonly [Q in Question]: v.GenericSchema } = {
  status: schemas.status,
  sessions: v.pipe(v.array(schemas.sessionSummary), v.maxLength(mostListed)),
  session: v.nullable(schemas.session),
  plugins: v.pipe(v.array(schemas.plugin), v.maxLength(1000)),
  metrics: schemas.metrics,
  config: v.unknown(),
  endSession: v.boolean(),
};

/** Of a worker: `about` is the code of a session. */
export async function answer(control: Control, question: string, about: string): Promise<unknown> {
  switch (question) {
    case "status":
    case "sessions":
    case "plugins":
    case "metrics":
    case "config":
      return await control[question]();
    case "session":
      return await control.session(about) ?? null;
    case "endSession":
      return await control.endSession(about);
    default:
      return undefined;
  }
}

/** The answer if it has the shape that it must have: a worker talks to strangers all day. */
export function checked<Q extends Question>(question: Q, value: unknown): Answers[Q] | undefined {
  return v.is(shapes[question], value) ? value as Answers[Q] : undefined;
}

/** Those of `values` that are happenings. */
export function checkedHappenings(values: readonly unknown[]): readonly Happening[] {
  return values.filter((value): value is Happening => v.is(schemas.happening, value));
}
