// Makes an instance of a plugin that is ready for its first hook: linked, looked at, configured.

import * as v from "valibot";
import { type HookName, hookNames } from "../../sdk/contract/contract.ts";
import type { ConfigureInput } from "../../sdk/contract/manifest.ts";
import { decodeJson } from "./decode_json.ts";
import { type PluginLog, printable } from "./exchange.ts";
import { type Guest, instantiate } from "./extism_adapter.ts";
import { limits } from "./limits.ts";
import { mostProblems, type Problem, problemOf } from "./problem.ts";
import type { CompiledModule } from "./web_assembly.ts";

/** What every instance of one loaded plugin is made of. `configuration` is the JSON of `ConfigureInput`. */
export interface Blueprint {
  readonly module: CompiledModule;
  readonly hooks: readonly HookName[];
  readonly configuration: Uint8Array;
  readonly log: PluginLog;
}

export type Started =
  | { readonly kind: "started"; readonly guest: Guest; readonly unused: readonly HookName[] }
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

/** Instantiates, then asks the plugin's `configure`, if it has one, what it thinks of its settings. */
export async function startInstance(blueprint: Blueprint): Promise<Started> {
  const made = await instantiate(blueprint.module, blueprint.log);
  if (made.kind === "failed") return refused({ path: "file", message: `does not start: ${made.message}` });
  const { guest } = made;
  const problems = wrongFunctions(guest, blueprint.hooks);
  const started = problems.length > 0 ? refused(...problems) : configure(guest, blueprint.configuration);
  if (started.kind === "refused") guest.dispose();
  return started;
}

/** JavaScript sees how many parameters a function has, not what it returns; a wrong result fails each call. */
function wrongFunctions(guest: Guest, hooks: readonly HookName[]): readonly Problem[] {
  const names = ["configure", ...hooks].filter((name) => (guest.exported(name)?.length ?? 0) > 0);
  return names.map((name) => ({ path: `exports.${name}`, message: "takes parameters; it must be of type () -> i32" }));
}

function configure(guest: Guest, configuration: Uint8Array): Started {
  if (guest.exported("configure") === undefined) return { kind: "started", guest, unused: [] };
  const end = guest.call("configure", configuration, limits.answer);
  if (end.kind === "trap") return refused({ path: "configure", message: `failed: ${end.message}` });
  if (end.kind === "oversize") return refused({ path: "configure", message: `answered ${end.length} octets` });
  if (end.bytes.byteLength === 0) return { kind: "started", guest, unused: [] };
  const decoded = decodeJson(end.bytes);
  if (decoded.kind === "bad") return refused({ path: "configure", message: `answered rubbish: ${decoded.why}` });
  const parsed = v.safeParse(output, decoded.value);
  if (!parsed.success) return refused(problemOf(parsed.issues[0], "configure"));
  const { problems = [], unused = [] } = parsed.output;
  if (problems.length === 0) return { kind: "started", guest, unused };
  return refused(...problems.map(({ path, message }) => ({ path: printable(path), message: printable(message) })));
}

function refused(...problems: readonly Problem[]): Started {
  return { kind: "refused", problems: problems.slice(0, mostProblems) };
}
