// The beginning that SCRAM and OAUTHBEARER share: what the client does about channel binding, and whom it wants to be.

import { prepareName } from "./prepare.ts";

export interface Gs2Header {
  /** `none`: cannot; `notOffered`: could, but believes that the server cannot; or the name of the binding it uses. */
  readonly binding: { readonly kind: "none" | "notOffered" } | { readonly kind: "used"; readonly name: string };
  readonly authorize?: string;
  /** As sent, with its last comma: the proof of SCRAM covers it. */
  readonly text: string;
  /** What follows. */
  readonly rest: string;
}

// RFC 5801 §4. No name is longer than a prepared one with every octet escaped.
const grammar = /^(?:([ny])|p=([A-Za-z0-9.-]{1,64})),(?:a=([^,]{1,765}))?,/u;

/** `undefined`: malformed. */
export function parseGs2Header(message: string): Gs2Header | undefined {
  const match = grammar.exec(message);
  if (match === null) return undefined;
  const [text, flag, name, escaped] = match;
  const authorize = escaped === undefined ? undefined : parseSaslName(escaped);
  if (escaped !== undefined && authorize === undefined) return undefined;
  return {
    binding: name === undefined ? { kind: flag === "y" ? "notOffered" : "none" } : { kind: "used", name },
    ...(authorize === undefined ? {} : { authorize }),
    text,
    rest: message.slice(text.length),
  };
}

/** RFC 5802 §5.1: a comma is written =2C, an equals sign =3D, and "=" stands in no other place. */
export function parseSaslName(escaped: string): string | undefined {
  if (/=(?!2C|3D)|,/u.test(escaped)) return undefined;
  return prepareName(escaped.replaceAll("=2C", ",").replaceAll("=3D", "="));
}
