// What a plugin may say that a check found, as a schema: words of RFC 8601, and values of bounded length.

import * as v from "valibot";
import { isKeyword, isProperty, ownMethod, resultsOf } from "../authentication_results/registry.ts";
import type { HookName } from "../../sdk/contract/contract.ts";
import type { AuthenticationResult } from "../../sdk/contract/verdict.ts";

/**
 * Where something can be found out about a message or its client. Not at `rcpt`: what is true of one recipient would be
 * told to all.
 */
export const checkingHooks: readonly HookName[] = [
  "connect",
  "helo",
  "ehlo",
  "mail",
  "data",
  "data_headers_end",
  "data_post",
];

const word = v.pipe(v.string(), v.check(isKeyword, "must be 1 to 40 lower-case letters, digits and hyphens"));

// Control characters and half surrogate pairs were refused before: no string of an answer has them.
const properties = v.pipe(
  v.record(
    v.pipe(v.string(), v.check(isProperty, "is no property such as smtp.mailfrom")),
    v.pipe(v.string(), v.check((text) => Buffer.byteLength(text) <= 320, "is longer than 320 octets")),
  ),
  v.check((properties) => Object.keys(properties).length <= 10, "are more than 10"),
);

const result = v.pipe(
  v.strictObject({
    method: v.pipe(word, v.check((method) => method !== ownMethod, "is the server's own to give")),
    result: word,
    reason: v.exactOptional(
      v.pipe(v.string(), v.check((text) => Buffer.byteLength(text) <= 255, "is longer than 255 octets")),
    ),
    properties: v.exactOptional(properties),
  }),
  v.check(({ method, result }) => resultsOf(method)?.includes(result) ?? true, "has a result its method does not know"),
);

export const results: v.GenericSchema<readonly AuthenticationResult[]> = v.pipe(
  v.array(result),
  v.maxLength(20, "are more than 20"),
  v.check((results) => Buffer.byteLength(JSON.stringify(results)) <= 4096, "are longer than 4,096 octets"),
);
