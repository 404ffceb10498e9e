// The plugin's side of every call: from an event to an answer. core/glue.wat does the bytes around it.

import { hookNames } from "../../contract/contract.ts";
import type { HookName } from "../../contract/contract.ts";
import type { ConfigureInput, ConfigureOutput } from "../../contract/manifest.ts";
import type { Given } from "../define_plugin.ts";
import { passed } from "../verdicts.ts";
import { type Capabilities, openConfiguringHost, openHost } from "../host/open_host.ts";
import { describeError } from "./describe_error.ts";
import { hostAccess } from "./host_access.ts";
import { logLine } from "./log_line.ts";
import { native } from "./native.ts";
import { seedRandom } from "./random.ts";

/** What the builder is told about the default export. */
export interface Exported {
  /** Properties that are no hook, or no function. */
  readonly wrong: readonly string[];
  /** `configure`, and the hooks that are there. */
  readonly functions: readonly string[];
}

type AnyPlugin = { readonly [name: string]: ((...values: readonly unknown[]) => unknown) | undefined };

const bind = 4;
const known: readonly string[] = ["configure", ...hookNames];
const pass = '{"verdict":"pass"}';

/**
 * Hands the plugin's functions to the glue. Called once, while the plugin is built. `capabilities` are those that the
 * plugin needs: the others are not part of it.
 */
export function start(exported: unknown, capabilities: Capabilities): void {
  const plugin = (typeof exported === "object" && exported !== null ? exported : {}) as AnyPlugin;
  const functions = ["configure", ...hookNames.filter((name) => typeof plugin[name] === "function")];
  const keys = new Set([...Object.keys(plugin), ...known.filter((name) => plugin[name] !== undefined)]);
  const wrong = [...keys].filter((name) => !known.includes(name) || typeof plugin[name] !== "function");
  const { ask, finish } = conversation(plugin, capabilities);
  native(bind, ask, finish, describeError, JSON.stringify({ wrong, functions } satisfies Exported));
}

interface Conversation {
  /** Asks one function by its place in `known`; the answer may be a promise, which the glue settles. */
  ask(index: number, event: { readonly seed?: number }): unknown;
  /** The settled answer as JSON. */
  finish(answer: unknown): string;
}

function conversation(plugin: AnyPlugin, capabilities: Capabilities): Conversation {
  const host = openHost(logLine, capabilities, hostAccess, (name) => `write "${name}" into the needs of plugin.json`);
  const configuringHost = openConfiguringHost(logLine);
  let setup: unknown;
  let asked = "configure";

  function configure(input: ConfigureInput): unknown {
    const { given, output } = gather(input);
    const made = plugin.configure?.(given, configuringHost);
    if (!(made instanceof Promise)) return keep(made);
    return made.then(keep);

    function keep(value: unknown): ConfigureOutput {
      setup = value;
      return output;
    }
  }

  return {
    ask(index: number, event: { readonly seed?: number }): unknown {
      seedRandom(event.seed ?? 0);
      asked = known[index] ?? "";
      if (index === 0) return configure(event as unknown as ConfigureInput);
      return plugin[asked]?.(event, setup, host);
    },
    finish(answer: unknown): string {
      if (answer === undefined || answer === passed) return pass;
      if (answer instanceof Promise) throw new Error(`\`${asked}\` returned a promise that never settles`);
      const text = typeof answer === "object" && answer !== null ? JSON.stringify(answer) : undefined;
      if (text === undefined) throw new TypeError(`\`${asked}\` returned ${typeof answer}; it must return a verdict`);
      return text;
    },
  };
}

function gather(input: ConfigureInput): { readonly given: Given; readonly output: ConfigureOutput } {
  const problems: { readonly path: string; readonly message: string }[] = [];
  const unused: HookName[] = [];
  const given: Given = {
    settings: input.settings,
    lists: input.lists,
    serverName: input.serverName,
    problem(path: string, message: string): void {
      problems.push({ path, message });
    },
    unused(...hooks: readonly HookName[]): void {
      unused.push(...hooks);
    },
  };
  return { given, output: { problems, unused } };
}
