// What the API may change of a plugin's policy, checked like the keys of the configuration, and put over an entry.

import * as v from "valibot";
import type { PluginEntry } from "../config/config.ts";
import { immune, manner, mode, order, recipients, score } from "../config/policy_schema.ts";
import type { PolicyChange } from "../control/deployment_views.ts";
import { parseRecipientPattern, type Policy } from "../policy/policy.ts";

/** Of a table whose keys have defaults, one that is absent would go back to its default. */
const scoreOfBoth = v.strictObject({ refusal: v.number(), weight: v.number() });

/** Values as they were given: the schemas of the configuration judge them, and what they make of them is not kept. */
const change = v.strictObject({
  mode: member(mode),
  as: member(manner),
  immune: member(immune),
  for: member(recipients),
  score: member(v.intersect([scoreOfBoth, score])),
  order: member(order),
});

export const policyChange = change as v.GenericSchema<unknown, PolicyChange>;

function member(schema: v.GenericSchema): v.GenericSchema {
  const kept = v.pipe(v.unknown(), judgedBy(schema));
  return v.exactOptional(v.nullable(kept)) as unknown as v.GenericSchema;
}

function judgedBy(schema: v.GenericSchema): v.RawCheckAction<unknown> {
  return v.rawCheck<unknown>(({ dataset, addIssue }) => {
    // The defaults of the configuration are for keys that are absent; here absence means another thing.
    const parsed = v.safeParse(schema, dataset.value);
    if (!parsed.success) addIssue({ message: parsed.issues[0].message });
  });
}

/** The changes, or what is wrong with them, a sentence each. */
export function checkPolicyChange(value: unknown): PolicyChange | readonly string[] {
  const parsed = v.safeParse(policyChange, value);
  if (parsed.success) return parsed.output;
  return parsed.issues.slice(0, 20).map((issue) => `policy.${v.getDotPath(issue) ?? ""}: ${issue.message}`);
}

/** The entry with the changes in force. Pure. */
export function withPolicy(entry: PluginEntry, change: PolicyChange): PluginEntry {
  const { as: _, ...policy } = entry.policy;
  const as = change.as ?? entry.policy.as;
  const changed: Policy = {
    ...policy,
    mode: change.mode === "off" ? policy.mode : change.mode ?? policy.mode,
    immune: (change.immune ?? policy.immune) as Policy["immune"],
    for: change.for?.flatMap((text) => parseRecipientPattern(text) ?? []) ?? policy.for,
    refusalScore: change.score?.refusal ?? policy.refusalScore,
    weight: change.score?.weight ?? policy.weight,
    ...(as === undefined ? {} : { as: as as NonNullable<Policy["as"]> }),
  };
  const off = change.mode === undefined || change.mode === null ? entry.off : change.mode === "off";
  return { ...entry, policy: changed, order: change.order ?? entry.order, off };
}
