// The header of a transcript, as what the daemon in the test's process is to be served with.

import { parse } from "smol-toml";
import * as v from "valibot";
import { hookNames } from "../../sdk/contract/contract.ts";
import type { Delivered } from "../../src/delivery/delivery.ts";
import { latePoints, plainTerms } from "../../src/policy/terms.ts";
import type { Extension } from "../../src/smtp/extensions.ts";
import { cannedPlugin } from "./canned_plugin.ts";
import type { Serving } from "./served.ts";
import { testUpgrade } from "./test_tls.ts";
import { userList } from "./user_list.ts";

export interface Setting {
  readonly serving: Serving;
  /** Messages that have been delivered at the end of the dialogue. */
  readonly delivered: number;
  /** May all that the client says be sent at once, without waiting for replies? */
  readonly pipelined: boolean;
  /** May the client's octets come in any pieces? */
  readonly cut: boolean;
  /** Would all be the same if it were encrypted from the beginning? */
  readonly encrypted: boolean;
}

const value = v.union([v.string(), v.number(), v.boolean(), v.array(v.string())]);
const text = v.union([v.string(), v.array(v.string())]);
const cannedAnswer = v.union([
  v.picklist(["pass", "accept", "reject", "defer", "trap"]),
  v.strictObject({
    verdict: v.picklist(["pass", "accept", "reject", "defer"]),
    text: v.optional(text),
    code: v.optional(v.number()),
    status: v.optional(v.string()),
    disconnect: v.optional(v.boolean()),
    score: v.optional(v.number()),
    edits: v.optional(v.array(v.looseObject({ edit: v.string() }))),
    if_early: v.optional(v.boolean()),
  }),
]);
const fate = v.variant("kind", [
  v.strictObject({
    kind: v.literal("refused"),
    code: v.number(),
    status: v.optional(v.string()),
    text: v.array(v.string()),
  }),
  v.strictObject({ kind: v.literal("full") }),
  v.strictObject({ kind: v.literal("failed"), message: v.string() }),
  v.strictObject({ kind: v.literal("taken") }),
]);

const schema = v.strictObject({
  delivered: v.optional(v.number(), 0),
  pipelined: v.optional(v.boolean(), true),
  cut: v.optional(v.boolean(), true),
  encrypted: v.optional(v.boolean(), true),
  overloaded: v.optional(v.boolean(), false),
  /** What a plugin answers. */
  hooks: v.optional(v.record(v.picklist(hookNames), v.union([cannedAnswer, v.array(cannedAnswer)])), {}),
  /** What is said for a plugin that broke. */
  on_error: v.optional(v.picklist(["pass", "defer", "reject"]), "defer"),
  /** The score at which a session is refused, by hook. */
  thresholds: v.optional(v.record(v.picklist(latePoints), v.number()), {}),
  /** Secrets by name. */
  users: v.optional(v.record(v.string(), v.string())),
  offer: v.optional(v.record(v.string(), value), {}),
  tls: v.optional(v.strictObject({ client_certificates: v.optional(v.boolean(), false) }), {}),
  trust: v.optional(
    v.strictObject({
      xclient: v.optional(v.boolean(), false),
      xforward: v.optional(v.boolean(), false),
      bare_lines: v.optional(v.picklist(["reject", "normalize", "allow"]), "reject"),
    }),
    {},
  ),
  limits: v.optional(
    v.strictObject({
      sessions: v.optional(v.number()),
      per_address: v.optional(v.number()),
      header_size: v.optional(v.number()),
      header_fields: v.optional(v.number()),
      slowest: v.optional(v.number()),
    }),
    {},
  ),
  /** Milliseconds. */
  timeouts: v.optional(v.record(v.string(), v.number()), {}),
  /** What becomes of a message; it is taken if absent. */
  delivery: v.optional(v.union([fate, v.strictObject({ kind: v.literal("each"), results: v.array(fate) })])),
});
type Header = v.InferOutput<typeof schema>;

/** Throws if the header has a key or a value that means nothing. */
export function readSetting(header: string): Setting {
  const read = v.parse(schema, parse(header));
  const { delivered, pipelined, cut, encrypted, limits, offer } = read;
  const turnsAway = read.overloaded || limits.sessions !== undefined || limits.per_address !== undefined;
  const serving: Serving = {
    terms: { ...plainTerms, thresholds: read.thresholds },
    plugins: [cannedPlugin(read.hooks, read.on_error), ...(read.users === undefined ? [] : [userList(read.users)])],
    overloaded: read.overloaded,
    timeouts: camel(read.timeouts),
    ...offered(offer),
    ...limited(limits),
    ...mannered(read),
    ...fated(read.delivery as Delivered | undefined),
  };
  // A client that is turned away before its handshake hears nothing.
  const unencrypted = offer["tls"] === undefined && offer["mechanisms"] === undefined && !turnsAway;
  return { serving, delivered, pipelined, cut, encrypted: encrypted && unencrypted };
}

function offered(offer: Header["offer"]): Serving {
  const { extensions } = offer;
  const chosen = Array.isArray(extensions) ? { extensions: new Set(extensions as Extension[]) } : {};
  return { offer: { ...camel(offer), ...chosen } };
}

function limited({ sessions, per_address: address, ...bounds }: Header["limits"]): Serving {
  return {
    bounds: camel(bounds),
    ...(sessions === undefined ? {} : { maxSessions: sessions }),
    ...(address === undefined ? {} : { perAddress: address }),
  };
}

function mannered({ offer, tls, trust: { bare_lines: bareLines, ...trust } }: Header): Serving {
  const trustOf = (): typeof trust & { bareLines: typeof bareLines } => ({ ...trust, bareLines });
  if (offer["tls"] === undefined || offer["tls"] === "off") return { manners: { trustOf } };
  const manners = { trustOf, implicitTls: offer["tls"] === "implicit" };
  return { manners, upgrade: testUpgrade(tls.client_certificates) };
}

function fated(fate: Delivered | undefined): Serving {
  return fate === undefined ? {} : { deliver: () => Promise.resolve(fate) };
}

function camel(keys: { readonly [key: string]: unknown }): { [key: string]: never } {
  const entries = Object.entries(keys).map((
    [key, value],
  ) => [key.replace(/_(\w)/g, (_, letter) => letter.toUpperCase()), value]);
  return Object.fromEntries(entries);
}
