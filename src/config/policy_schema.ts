// The keys of config/qpsmtpd.toml about what the operator makes of refusals: for each plugin, and for all together.

import * as v from "valibot";
import { type Manner, manners, parseRecipientPattern, type RecipientPattern } from "../policy/policy.ts";
import { latePoints, type Terms } from "../policy/terms.ts";
import { choice, keyed, list, path, section } from "./schema_values.ts";
import type { Mark } from "../../sdk/contract/event.ts";

/** What of a `[[plugin]]` table makes its policy. */
export interface PolicyTable {
  readonly mode: "enforce" | "late" | "monitor" | "off";
  readonly as?: Manner;
  readonly immune: readonly Mark[];
  readonly for: readonly RecipientPattern[];
  readonly score: { readonly refusal: number; readonly weight: number };
  readonly order: number;
}

export const mode: v.GenericSchema<unknown, PolicyTable["mode"]> = keyed(
  choice(["enforce", "late", "monitor", "off"]),
  "enforce",
  "Whether its refusals are told at once, at the point policy.late, or only logged; or whether it is left out.",
);

export const manner: v.GenericSchema<unknown, Manner> = v.pipe(
  choice(manners),
  v.description("How its refusals are told, whatever it says itself."),
);

export const immune: v.GenericSchema<unknown, readonly Mark[]> = keyed(
  list(choice(["relay", "authenticated", "allowed"]), 0, 3),
  [],
  "Clients with any of these marks are not asked about.",
);

export const recipients: v.GenericSchema<unknown, readonly RecipientPattern[]> = keyed(
  list(recipientPattern(), 0, 10_000),
  [],
  "The recipients it is asked for, as @DOMAIN or MAILBOX; if empty, all.",
);

export const order: v.GenericSchema<unknown, number> = keyed(
  wholeNumber(-1000, 1000),
  0,
  "Plugins with a lower number are asked earlier, on every hook; those with the same in the order of this file.",
);

export const score: v.GenericSchema<unknown, PolicyTable["score"]> = section("What its word does to the score.", {
  refusal: keyed(points(), 0, "Added for each refusal, tolerated ones too."),
  weight: keyed(points(), 1, "By which its own scores are multiplied."),
});

/** `[policy]`; the path is as written. */
export interface PolicyKeys extends Terms {
  readonly recipients: string;
}

export const policy: v.GenericSchema<unknown, PolicyKeys> = section("What is made of refusals and scores.", {
  late: keyed(choice(latePoints), "rcpt", 'Where the refusals of plugins with mode = "late" are told.'),
  // Hooks keep their names.
  thresholds: keyed(
    v.strictObject(
      {
        mail: v.exactOptional(points()),
        rcpt: v.exactOptional(points()),
        data: v.exactOptional(points()),
        data_headers_end: v.exactOptional(points()),
        data_post: v.exactOptional(points()),
        queue: v.exactOptional(points()),
      },
      "expected a table",
    ),
    {},
    "Scores that are too bad: a session that has come down to one is refused at that hook.",
  ),
  recipients: keyed(
    path(),
    "recipients",
    "The folder of what recipients want otherwise, relative to this file: DOMAIN.toml and DOMAIN/LOCAL-PART.toml.",
  ),
}) as v.GenericSchema<unknown, PolicyKeys>;

function points(): v.GenericSchema<unknown, number> {
  return wholeNumber(-100, 100);
}

function wholeNumber(least: number, most: number): v.GenericSchema<unknown, number> {
  const message = `expected a whole number from ${least} to ${most}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message));
}

function recipientPattern(): v.GenericSchema<unknown, RecipientPattern> {
  const message = "expected @example.org or someone@example.org";
  return v.pipe(
    v.string(message),
    v.check((text) => parseRecipientPattern(text) !== undefined, message),
    v.transform((text) => parseRecipientPattern(text) ?? { domain: "" }),
  );
}
