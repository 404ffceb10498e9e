// Makes an instance of a plugin that is ready for its first hook: linked, looked at, configured.

import * as v from "valibot";
import { type HookName, hookNames } from "../../sdk/contract/contract.ts";
import type { ConfigureInput } from "../../sdk/contract/manifest.ts";
import { decodeJson } from "./decode_json.ts";
import { type CallEnd, type PluginLog, printable } from "./exchange.ts";
import { type CallTerms, type Guest, instantiate } from "./extism_adapter.ts";
import { limits } from "./limits.ts";
import type { GuardedModule } from "./module_cache.ts";
import type { PluginLimits, PluginState } from "./plugin_limits.ts";
import { mostProblems, type Problem, problemOf } from "./problem.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Turns } from "./turns.ts";

/** What every instance of one loaded plugin is made of. `configuration` is the JSON of `ConfigureInput`. */
export interface Blueprint {
  readonly guarded: GuardedModule;
  readonly hooks: readonly HookName[];
  readonly configuration: Uint8Array;
  readonly limits: PluginLimits;
  readonly state: PluginState;
  readonly turns: Turns;
  readonly log: PluginLog;
}

/** An instance, and the state it goes back to after each call; without one it goes on with what it has. */
export interface Instance {
  readonly guest: Guest;
  readonly snapshot?: Snapshot;
  /** Good for one call only: there is no way back to its first state. */
  readonly once: boolean;
  dispose(): void;
}

export type Started =
  | { readonly kind: "started"; readonly instance: Instance; readonly unused: readonly HookName[] }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

const output = v.strictObject({
  problems: v.exactOptional(v.pipe(v.array(v.strictObject({ path: v.string(), message: v.string() })))),
  unused: v.exactOptional(v.array(v.picklist(hookNames))),
});

/** `undefined` if the configuration is longer than a plugin may be given. */
export function encodeConfiguration(input: ConfigureInput): Uint8Array | undefined {
  const text = JSON.stringify(input);
  if (text.length > limits.configuration) return undefined;
  const bytes = new TextEncoder().encode(text);
  return bytes.byteLength > limits.configuration ? undefined : bytes;
}

/** Instantiates, runs what starts the module, then asks `configure`, if there is one, what it thinks of its settings. */
export async function startInstance(blueprint: Blueprint, like?: Snapshot): Promise<Started> {
  const made = await instantiate(blueprint.guarded, blueprint.turns, blueprint.log);
  if (made.kind === "failed") return refused({ path: "file", message: `does not start: ${made.message}` });
  const { guest } = made;
  const configured = await startAndConfigure(guest, blueprint);
  if ("problems" in configured) {
    guest.dispose();
    return refused(...configured.problems);
  }
  const snapshot = blueprint.state === "fresh" ? guest.snapshot(like) : undefined;
  const once = blueprint.state === "fresh" && snapshot === undefined;
  const dispose = (): void => guest.dispose();
  const instance = { guest, once, dispose, ...(snapshot === undefined ? {} : { snapshot }) };
  return { kind: "started", instance, unused: configured.unused };
}

type Configured = { readonly unused: readonly HookName[] } | { readonly problems: readonly Problem[] };

async function startAndConfigure(guest: Guest, blueprint: Blueprint): Promise<Configured> {
  const wrong = wrongFunctions(guest, blueprint.hooks);
  if (wrong.length > 0) return { problems: wrong };
  for (const name of blueprint.guarded.facts.starts) {
    const end = await guest.call(name, new Uint8Array(0), { ...termsOf(blueprint.limits), output: 0 });
    const why = whyNot(end);
    if (why !== undefined) return { problems: [{ path: "file", message: `does not start: ${why}` }] };
  }
  return await configure(guest, blueprint);
}

/** Configuring may take longer than a hook: lists are long, and nobody waits at the other end. */
function termsOf({ log }: PluginLimits): CallTerms {
  const [cpu, wall, output] = [limits.configureCpu, limits.configureWall, limits.answer];
  return { cpu, wall, output, log, began: performance.now(), time: 0, seed: 0 };
}

function whyNot(end: CallEnd): string | undefined {
  switch (end.kind) {
    case "output":
      return undefined;
    case "oversize":
      return `it answered ${end.length} octets`;
    case "killed":
      return `it ran for more than ${limits.configureCpu} ms`;
    case "trap":
      return end.message;
  }
}

/** JavaScript sees how many parameters a function has, not what it returns; a wrong result fails each call. */
function wrongFunctions(guest: Guest, hooks: readonly HookName[]): readonly Problem[] {
  const names = ["configure", ...hooks].filter((name) => (guest.exported(name)?.length ?? 0) > 0);
  return names.map((name) => ({ path: `exports.${name}`, message: "takes parameters; it must be of type () -> i32" }));
}

async function configure(guest: Guest, blueprint: Blueprint): Promise<Configured> {
  if (guest.exported("configure") === undefined) return { unused: [] };
  const end = await guest.call("configure", blueprint.configuration, termsOf(blueprint.limits));
  if (end.kind !== "output") return failed(`failed: ${whyNot(end)}`);
  if (end.bytes.byteLength === 0) return { unused: [] };
  const decoded = decodeJson(end.bytes);
  if (decoded.kind === "bad") return failed(`answered rubbish: ${decoded.why}`);
  const parsed = v.safeParse(output, decoded.value);
  if (!parsed.success) return { problems: [problemOf(parsed.issues[0], "configure")] };
  const { problems = [], unused = [] } = parsed.output;
  if (problems.length === 0) return { unused };
  return { problems: problems.map(({ path, message }) => ({ path: printable(path), message: printable(message) })) };
}

function failed(message: string): Configured {
  return { problems: [{ path: "configure", message }] };
}

function refused(...problems: readonly Problem[]): Started {
  return { kind: "refused", problems: problems.slice(0, mostProblems) };
}
