// The command line: what was asked for, or one line about what is wrong. Pure; `node:util` parseArgs stays in here.

import { parseArgs } from "node:util";
import { didYouMean } from "../text/did_you_mean.ts";
import { quote } from "../text/quote.ts";
import { type ListenAddress, parseListenAddress } from "../config/units.ts";

/** What serve, check and hooks work on. Paths are as written; an absent `config` means the default. */
export interface Selection {
  readonly config?: string;
  readonly listen?: readonly ListenAddress[];
  readonly state?: string;
}

export type CommandLine =
  | ({ readonly kind: "serve" | "check" | "hooks" } & Selection)
  | { readonly kind: "plugin build"; readonly source: string; readonly out?: string }
  | { readonly kind: "plugin inspect"; readonly file: string }
  | { readonly kind: "password"; readonly user: string }
  | { readonly kind: "help" | "version" }
  /** `problem` is one line without the program's name. */
  | { readonly kind: "usage"; readonly problem: string };

/** The environment, or a part of it. */
export type Environment = { readonly [name: string]: string | undefined };

/** The variable that stands in for each flag of serve, check and hooks. */
export const variables = { config: "QPSMTPD_CONFIG", listen: "QPSMTPD_LISTEN", state: "QPSMTPD_STATE" } as const;

type Flag = "config" | "listen" | "state" | "out";

interface Command {
  readonly flags: readonly Flag[];
  /** How its one operand is called in messages; without it the command takes none. */
  readonly operand?: string;
}

const commands = {
  "serve": { flags: ["config", "listen", "state"] },
  "check": { flags: ["config", "listen", "state"] },
  "hooks": { flags: ["config", "listen", "state"] },
  "plugin build": { flags: ["out"], operand: "the plugin's source, IN.ts" },
  "plugin inspect": { flags: [], operand: "the plugin, FILE.wasm" },
  "password": { flags: [], operand: "the user's name, USER" },
} as const satisfies { readonly [name: string]: Command };

type CommandName = keyof typeof commands;

const options = {
  config: { type: "string" },
  listen: { type: "string", multiple: true },
  state: { type: "string" },
  out: { type: "string", short: "o" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const;

/** Flags by name, in the order given, and the words between them. */
interface Words {
  readonly flags: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
}

/** `argv` without the runtime and the script. */
export function parseCommandLine(argv: readonly string[], environment: Environment): CommandLine {
  const words = readWords(argv);
  if (typeof words === "string") return { kind: "usage", problem: words };
  if (words.flags.has("help") || words.operands[0] === "help") return { kind: "help" };
  if (words.flags.has("version")) return { kind: "version" };
  const found = findCommand(words.operands);
  if (typeof found === "string") return { kind: "usage", problem: found };
  const problem = misplaced(found.name, words.flags, found.operands);
  if (problem !== undefined) return { kind: "usage", problem };
  const [first = ""] = found.operands;
  const out = words.flags.get("out")?.at(-1);
  switch (found.name) {
    case "plugin build":
      return { kind: found.name, source: first, ...(out === undefined ? {} : { out }) };
    case "plugin inspect":
      return { kind: found.name, file: first };
    case "password":
      return { kind: found.name, user: first };
    default:
      return select(found.name, words.flags, environment);
  }
}

/** A string is a problem. Not strict, so that the words of a complaint are ours on every runtime. */
function readWords(argv: readonly string[]): Words | string {
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const flags = new Map<string, string[]>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const problem = flagProblem(token.name, token.rawName, token.value, token.inlineValue);
    if (problem !== undefined) return problem;
    flags.set(token.name, [...flags.get(token.name) ?? [], token.value ?? ""]);
  }
  return { flags, operands };
}

function flagProblem(name: string, raw: string, value: string | undefined, inline?: boolean): string | undefined {
  if (!Object.hasOwn(options, name)) {
    return `unknown flag ${quote(raw)}${didYouMean(raw, Object.keys(options).map((known) => `--${known}`))}`;
  }
  if (options[name as keyof typeof options].type === "boolean") {
    return value === undefined ? undefined : `${raw} takes no value`;
  }
  // `--config --listen x` is a forgotten value; `--config=-x` says what it means.
  if (value === undefined || value === "" || (value.startsWith("-") && inline !== true)) return `${raw} needs a value`;
  return undefined;
}

function findCommand(operands: readonly string[]): { name: CommandName; operands: readonly string[] } | string {
  if (operands.length === 0) return { name: "serve", operands: [] };
  for (const length of [2, 1]) {
    const name = operands.slice(0, length).join(" ");
    if (operands.length >= length && isCommand(name)) return { name, operands: operands.slice(length) };
  }
  const [word = "", next] = operands;
  if (word === "plugin") return next === undefined ? "plugin: build or inspect?" : unknownCommand(`plugin ${next}`);
  return unknownCommand(word);
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

function unknownCommand(name: string): string {
  return `unknown command ${quote(name)}${didYouMean(name, Object.keys(commands))}`;
}

/** Flags and operands that the command does not take, or lacks. */
function misplaced(name: CommandName, flags: Words["flags"], operands: readonly string[]): string | undefined {
  const command: Command = commands[name];
  for (const flag of flags.keys()) {
    if (!command.flags.some((known) => known === flag)) return `${name} takes no --${flag}`;
  }
  if (command.operand !== undefined && operands[0] === undefined) return `${name} needs ${command.operand}`;
  const surplus = operands[command.operand === undefined ? 0 : 1];
  return surplus === undefined ? undefined : `${name} takes no ${quote(surplus)}`;
}

/** Flags come before the environment, which comes before the file. */
function select(kind: "serve" | "check" | "hooks", flags: Words["flags"], environment: Environment): CommandLine {
  // An empty variable counts as none: unset is not to be had everywhere.
  const config = flags.get("config")?.at(-1) ?? (environment[variables.config] || undefined);
  const state = flags.get("state")?.at(-1) ?? (environment[variables.state] || undefined);
  const listed = (environment[variables.listen] || undefined)?.split(",").map((address) => address.trim());
  const given = flags.get("listen");
  const listen = parseAll(given ?? listed ?? [], given === undefined ? variables.listen : "--listen");
  if (typeof listen === "string") return { kind: "usage", problem: listen };
  return {
    kind,
    ...(config === undefined ? {} : { config }),
    ...(listen.length === 0 ? {} : { listen }),
    ...(state === undefined ? {} : { state }),
  };
}

function parseAll(texts: readonly string[], source: string): readonly ListenAddress[] | string {
  const addresses: ListenAddress[] = [];
  for (const text of texts) {
    const address = parseListenAddress(text);
    if (address === undefined) {
      return `${source}: expected HOST:PORT, [IPV6]:PORT, unix:/PATH, fd:NUMBER or systemd:NAME, got ${quote(text)}`;
    }
    addresses.push(address);
  }
  return addresses;
}
