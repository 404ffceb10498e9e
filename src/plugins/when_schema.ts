// The conditions of a manifest as a schema: which there are, at which hooks, and what a plugin must need for each.

import * as v from "valibot";
import { type ConditionName, conditions, type When } from "../../sdk/contract/condition.ts";
import { type HookName, hookNames } from "../../sdk/contract/contract.ts";
import { type EffectiveGrants, effectiveGrants, parseGrant } from "./grants.ts";

const values = {
  boolean: v.boolean("must be true or false"),
  integer: v.pipe(v.number(), v.safeInteger()),
  verb: v.picklist(["HELO", "EHLO", "LHLO"]),
  "field name": v.pipe(v.string(), v.regex(/^[!-9;-~]{1,76}$/, "is no name of a header field")),
};

const names = Object.keys(conditions) as readonly ConditionName[];
const condition = v.strictObject(
  Object.fromEntries(names.map((name) => [name, v.exactOptional(values[conditions[name].value])])),
);

export const whenSchema: v.GenericSchema<unknown> = v.strictObject(
  Object.fromEntries(hookNames.map((hook) => [hook, v.exactOptional(condition)])),
);

interface Described {
  readonly hooks: readonly HookName[];
  readonly needs: readonly string[];
  readonly when?: unknown;
}

/** What a manifest's conditions, though well formed, may not say; sentences that begin with the dotted path. */
export function problemsOfWhen({ hooks, needs, when = {} }: Described): readonly string[] {
  const own = needs.map(parseGrant).flatMap((parsed) => parsed.kind === "grant" ? [parsed.grant] : []);
  const granted = effectiveGrants(own, own);
  return (Object.entries(when as When) as [HookName, When[HookName] & object][]).flatMap(([hook, condition]) => {
    if (!hooks.includes(hook)) return [`when.${hook} is no hook of this plugin`];
    return (Object.keys(condition) as ConditionName[]).flatMap((name) => {
      const { need, hooks } = conditions[name];
      const place = `when.${hook}.${name}`;
      if (!hooks.includes(hook)) return [`${place} is not known at ${hook}: there may be one at ${hooks.join(", ")}`];
      const scope = need === "headers" ? `headers:${condition.header}` : need;
      if (scope === undefined || granted.kind === "granted" && isToldOf(granted.grants, scope)) return [];
      return [`${place} tells of a field: "event:${scope}" must be among the needs`];
    });
  });
}

function isToldOf(grants: EffectiveGrants, scope: string): boolean {
  return grants.allows("event", scope);
}
