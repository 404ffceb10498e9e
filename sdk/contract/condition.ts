// When a plugin wants to be asked: facts that the host looks at itself, which costs no call.

import { type HookName, hookNames } from "./contract.ts";

/** All that are named must hold. Each tells the plugin a little of a field, by being asked or not. */
export interface Condition {
  /** The client spoke before it was its turn. */
  readonly early?: boolean;
  /** The client has said HELO, EHLO or LHLO. */
  readonly hello?: boolean;
  /** It did so with this verb. */
  readonly verb?: "HELO" | "EHLO" | "LHLO";
  /** The session is encrypted. */
  readonly tls?: boolean;
  /** The client has proved who it is (AUTH). */
  readonly authenticated?: boolean;
  /** It has this mark. */
  readonly relay?: boolean;
  readonly allowed?: boolean;
  /** The reverse-path is `<>`. */
  readonly nullReversePath?: boolean;
  /** The sum of all scores of this session is less. */
  readonly scoreBelow?: number;
  /** Octets of the message. */
  readonly largerThan?: number;
  readonly smallerThan?: number;
  /** The message has a header field of this name. */
  readonly header?: string;
}

export type ConditionName = keyof Condition;

/** By hook; a hook without an entry is always asked. */
export type When = { readonly [H in HookName]?: Condition };

interface Row {
  readonly value: "boolean" | "integer" | "verb" | "field name";
  /** The scope of `event` that the manifest must need; of `headers` for that name. */
  readonly need?: "hello" | "tls" | "user" | "marks" | "reverse_path" | "score" | "size" | "headers";
  /** Where there is such a fact. */
  readonly hooks: readonly HookName[];
}

const withEnvelope = ["rcpt", "data", "data_headers_end", "data_post", "queue"] as const;

export const conditions: { readonly [C in ConditionName]-?: Row } = {
  early: { value: "boolean", hooks: ["connect", "data"] },
  hello: { value: "boolean", need: "hello", hooks: hookNames },
  verb: { value: "verb", need: "hello", hooks: hookNames },
  tls: { value: "boolean", need: "tls", hooks: hookNames },
  authenticated: { value: "boolean", need: "user", hooks: hookNames },
  relay: { value: "boolean", need: "marks", hooks: hookNames },
  allowed: { value: "boolean", need: "marks", hooks: hookNames },
  nullReversePath: { value: "boolean", need: "reverse_path", hooks: ["mail", ...withEnvelope] },
  scoreBelow: { value: "integer", need: "score", hooks: hookNames },
  largerThan: { value: "integer", need: "size", hooks: ["data_post", "queue"] },
  smallerThan: { value: "integer", need: "size", hooks: ["data_post", "queue"] },
  header: { value: "field name", need: "headers", hooks: ["data_headers_end", "data_post", "queue"] },
};
