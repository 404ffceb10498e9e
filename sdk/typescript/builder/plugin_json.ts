// Reads plugin.json: what the author says of the plugin. The hooks are not in it, they are read from the code.

import * as v from "valibot";
import { conditions } from "../../contract/condition.ts";
import { contract, type HookName, hookNames } from "../../contract/contract.ts";
import type { Manifest } from "../../contract/manifest.ts";
import { problemOfNeed } from "./needs.ts";

export type PluginJson = Omit<Manifest, "contract" | "hooks">;

export type ReadPluginJson =
  | { readonly kind: "read"; readonly pluginJson: PluginJson }
  | { readonly kind: "failed"; readonly problems: readonly string[] };

const name = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9_]{0,63}$/, "expected lower-case letters, digits and underscores, a letter first"),
);
const need = v.pipe(
  v.string(),
  v.check((need) => problemOfNeed(need) === undefined, (issue) => `"${issue.input}" ${problemOfNeed(issue.input)}`),
);
const text = v.pipe(v.string(), v.trim(), v.nonEmpty("must not be empty"));

const json: v.GenericSchema<Manifest["settings"][string]["default"]> = v.lazy(() =>
  v.union([v.null(), v.boolean(), v.number(), v.string(), v.array(json), v.record(v.string(), json)])
) as v.GenericSchema<Manifest["settings"][string]["default"]>;

const settingSchema = v.pipe(
  v.strictObject({
    type: v.picklist(["string", "integer", "number", "boolean", "list"]),
    description: text,
    default: v.optional(json),
    choices: v.optional(v.array(v.string())),
    minimum: v.optional(v.number()),
    maximum: v.optional(v.number()),
    secret: v.optional(v.boolean()),
  }),
  v.forward(
    v.check(
      (setting) => setting.default === undefined || fits(setting.type, setting.default),
      (issue) => `expected a value of the type ${issue.input.type}`,
    ),
    ["default"],
  ),
);

const conditionValues = {
  boolean: v.boolean(),
  integer: v.pipe(v.number(), v.integer("expected a whole number")),
  verb: v.picklist(["HELO", "EHLO", "LHLO"]),
  "field name": v.pipe(v.string(), v.regex(/^[!-9;-~]{1,76}$/, "expected the name of a header field")),
};
// Whether a condition fits its hook, and what must be needed for it, the host says when it loads the plugin.
const condition = v.strictObject(
  Object.fromEntries(
    Object.entries(conditions).map(([name, { value }]) => [name, v.exactOptional(conditionValues[value])]),
  ),
);

const wish = v.pipe(v.number(), v.integer("expected a whole number"), v.minValue(1), v.maxValue(1_000_000));

const pluginJsonSchema = v.strictObject({
  name,
  version: v.pipe(v.string(), v.regex(/^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/, "expected a version such as 1.0.0")),
  description: text,
  licence: text,
  needs: v.optional(v.array(need), []),
  lists: v.optional(v.array(name), []),
  settings: v.optional(v.record(name, settingSchema), {}),
  onError: v.optional(v.picklist(["defer", "pass", "reject"]), "defer"),
  when: v.exactOptional(v.record(v.picklist(hookNames), condition)),
  wishes: v.exactOptional(v.strictObject({
    cpu: v.exactOptional(wish),
    wall: v.exactOptional(wish),
    memory: v.exactOptional(wish),
  })),
});

/** `place` is how messages name the file. */
export function readPluginJson(content: string, place: string): ReadPluginJson {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    return failed([`${place}: ${error instanceof Error ? error.message : error}`]);
  }
  const result = v.safeParse(pluginJsonSchema, value);
  if (result.success) return { kind: "read", pluginJson: result.output as PluginJson };
  return failed(result.issues.map((issue) => `${place}: ${problem(issue)}`));
}

/** A plugin may be a stranger's: nothing of its text moves a terminal's cursor. */
function failed(problems: readonly string[]): ReadPluginJson {
  const escape = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  return {
    kind: "failed",
    problems: problems.map((problem) => problem.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escape)),
  };
}

export function manifestOf(pluginJson: PluginJson, hooks: readonly HookName[]): Manifest {
  const { name, version, description, licence, needs, lists, settings, onError, when, wishes } = pluginJson;
  const manifest = { name, version, contract, description, licence, hooks, needs, lists, settings, onError };
  return {
    ...manifest,
    ...(when === undefined ? {} : { when }),
    ...(wishes === undefined ? {} : { wishes }),
  };
}

function problem(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? "";
  return `${path === "" ? "" : `${path}: `}${wording(issue)}`;
}

function wording(issue: v.BaseIssue<unknown>): string {
  if (issue.type === "strict_object" && issue.expected === "never") return "is not known; remove it";
  if (issue.received === "undefined") return "is missing";
  if (issue.kind === "validation") return issue.message;
  return `expected ${issue.expected?.replace(/^\((.*)\)$/, "$1")}, got ${issue.received}`;
}

function fits(type: Manifest["settings"][string]["type"], value: unknown): boolean {
  switch (type) {
    case "list":
      return Array.isArray(value) && value.every((entry) => typeof entry === "string");
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
  }
}
