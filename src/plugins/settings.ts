// Compares what the operator configured with what the plugin's manifest offers. Pure.

import type { Json, JsonObject } from "../../sdk/contract/contract.ts";
import type { Setting } from "../../sdk/contract/manifest.ts";
import { didYouMean } from "../text/did_you_mean.ts";
import { quote } from "../text/quote.ts";
import type { Problem } from "./problem.ts";

export type CheckedSettings =
  | { readonly kind: "settings"; readonly settings: JsonObject }
  | { readonly kind: "problems"; readonly problems: readonly Problem[] };

type Offered = { readonly [name: string]: Setting };

/** Every setting with its value, defaults filled in; or all that is wrong with what was given. */
export function checkSettings(offered: Offered, given: { readonly [name: string]: unknown }): CheckedSettings {
  const problems: Problem[] = [];
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(offered, name)) problems.push(unknownSetting(name, Object.keys(offered)));
  }
  const settings: [string, Json][] = [];
  for (const [name, setting] of Object.entries(offered)) {
    const value = Object.hasOwn(given, name) ? given[name] : setting.default;
    const wrong = value === undefined ? `must be given: ${setting.description}` : whatIsWrong(setting, value);
    if (wrong !== undefined) problems.push({ path: `settings.${name}`, message: wrong });
    else settings.push([name, value as Json]);
  }
  if (problems.length > 0) return { kind: "problems", problems };
  return { kind: "settings", settings: Object.fromEntries(settings) };
}

/** Why `value` is none for this setting, as the rest of a sentence; `undefined` if it is one. */
export function whatIsWrong(setting: Setting, value: unknown): string | undefined {
  const kind = kinds[setting.type];
  if (!kind.is(value)) return `must be ${kind.name}, not ${quote(value)}`;
  if (setting.choices !== undefined && !setting.choices.includes(value as string)) {
    return `must be one of ${setting.choices.map(quote).join(", ")}, not ${quote(value)}`;
  }
  if (setting.minimum !== undefined && (value as number) < setting.minimum) {
    return `must be at least ${setting.minimum}, not ${quote(value)}`;
  }
  if (setting.maximum !== undefined && (value as number) > setting.maximum) {
    return `must be at most ${setting.maximum}, not ${quote(value)}`;
  }
  return undefined;
}

const kinds: { readonly [T in Setting["type"]]: { readonly name: string; is(value: unknown): boolean } } = {
  string: { name: "a string", is: (value) => typeof value === "string" },
  integer: { name: "an integer", is: Number.isSafeInteger },
  number: { name: "a number", is: Number.isFinite },
  boolean: { name: "true or false", is: (value) => typeof value === "boolean" },
  list: { name: "a list of strings", is: isListOfStrings },
};

function isListOfStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

function unknownSetting(name: string, known: readonly string[]): Problem {
  const path = `settings.${/^\w{1,64}$/.test(name) ? name : quote(name)}`;
  const hint = didYouMean(name, known);
  const list = known.length === 0 ? "; this plugin has no settings" : `; it has ${known.join(", ")}`;
  return { path, message: `is no setting of this plugin${hint === "" ? list : hint}` };
}
