// The header of a transcript, as what the daemon in the test's process is to be served with.

import { parse } from "smol-toml";
import * as v from "valibot";
import { hookNames } from "../../sdk/contract/contract.ts";
import type { Answer } from "../../sdk/contract/verdict.ts";
import type { Delivered } from "../../src/delivery/delivery.ts";
import type { Extension } from "../../src/smtp/extensions.ts";
import { type Handlers, nativePlugin } from "./native_plugin.ts";
import type { Serving } from "./served.ts";

export interface Setting {
  readonly serving: Serving;
  /** Messages that have been delivered at the end of the dialogue. */
  readonly delivered: number;
  /** May all that the client says be sent at once, without waiting for replies? */
  readonly pipelined: boolean;
}

const text = v.union([v.string(), v.array(v.string())]);
const cannedAnswer = v.union([
  v.picklist(["pass", "accept", "reject", "defer", "trap"]),
  v.strictObject({
    verdict: v.picklist(["pass", "accept", "reject", "defer"]),
    text: v.optional(text),
    code: v.optional(v.number()),
    status: v.optional(v.string()),
    disconnect: v.optional(v.boolean()),
    edits: v.optional(v.array(v.looseObject({ edit: v.string() }))),
  }),
]);
type CannedAnswer = v.InferOutput<typeof cannedAnswer>;

const settings = v.record(v.string(), v.union([v.string(), v.number(), v.boolean(), v.array(v.string())]));

const schema = v.strictObject({
  delivered: v.optional(v.number(), 0),
  pipelined: v.optional(v.boolean(), true),
  /** What a plugin answers, by hook: always the same, or one answer after the other. */
  hooks: v.optional(v.record(v.picklist(hookNames), v.union([cannedAnswer, v.array(cannedAnswer)])), {}),
  offer: v.optional(settings, {}),
  limits: v.optional(v.strictObject({ sessions: v.optional(v.number()), header_size: v.optional(v.number()) }), {}),
  /** Milliseconds. */
  timeouts: v.optional(v.record(v.string(), v.number()), {}),
  /** What becomes of a message; it is taken if absent. */
  delivery: v.optional(v.variant("kind", [
    v.strictObject({
      kind: v.literal("refused"),
      code: v.number(),
      status: v.optional(v.string()),
      text: v.array(v.string()),
    }),
    v.strictObject({ kind: v.literal("full") }),
    v.strictObject({ kind: v.literal("failed"), message: v.string() }),
  ])),
});

/** Throws if the header has a key or a value that means nothing. */
export function readSetting(header: string): Setting {
  const { delivered, pipelined, hooks, offer, limits, timeouts, delivery } = v.parse(schema, parse(header));
  const { extensions } = offer;
  const canned = delivery as Delivered | undefined;
  const serving: Serving = {
    plugins: [nativePlugin("canned", handlersOf(hooks))],
    offer: {
      ...camel(offer),
      ...(Array.isArray(extensions) ? { extensions: new Set(extensions as Extension[]) } : {}),
    },
    timeouts: camel(timeouts),
    ...(limits.sessions === undefined ? {} : { maxSessions: limits.sessions }),
    ...(limits.header_size === undefined ? {} : { bounds: { headerSize: limits.header_size } }),
    ...(canned === undefined ? {} : { deliver: () => Promise.resolve(canned) }),
  };
  return { serving, delivered, pipelined };
}

function handlersOf(hooks: { readonly [hook: string]: CannedAnswer | CannedAnswer[] | undefined }): Handlers {
  const handlers = Object.entries(hooks).map(([hook, canned]) => {
    const answers = [canned ?? "pass"].flat();
    return [hook, (): Answer => answerOf((answers.length > 1 ? answers.shift() : answers[0]) ?? "pass")];
  });
  return Object.fromEntries(handlers) as Handlers;
}

function answerOf(canned: CannedAnswer): Answer {
  if (canned === "trap") throw new Error("unreachable");
  const answer = typeof canned === "string" ? { verdict: canned } : canned;
  const refuses = answer.verdict === "reject" || answer.verdict === "defer";
  // What a plugin may put in its edits is the daemon's to check.
  return (refuses ? { text: [], ...answer } : answer) as unknown as Answer;
}

function camel(keys: { readonly [key: string]: unknown }): { [key: string]: never } {
  const entries = Object.entries(keys).map((
    [key, value],
  ) => [key.replace(/_(\w)/g, (_, letter) => letter.toUpperCase()), value]);
  return Object.fromEntries(entries);
}
