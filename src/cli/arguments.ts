// The command line: what was asked for, or one line about what is wrong. Pure; `node:util` parseArgs stays in here.

import { parseArgs } from "node:util";
import { didYouMean } from "../text/did_you_mean.ts";
import { quote } from "../text/quote.ts";
import { type AdminChoice, parseAdminAddress } from "../config/admin_schema.ts";
import { type ListenAddress, parseListenAddress } from "../config/units.ts";
import {
  type ApiCommandLine,
  apiCommands,
  apiFlags,
  type ApiSelection,
  isApiCommand,
  readApi,
  readApiCommand,
} from "./api_arguments.ts";
import { type Command, options } from "./flags.ts";
import { type Environment, variables } from "./variables.ts";

/** What serve, check and hooks work on. Paths are as written; an absent `config` means the default. */
export interface Selection {
  readonly config?: string;
  readonly listen?: readonly ListenAddress[];
  readonly state?: string;
  /** Where the API is to be reached. */
  readonly admin?: AdminChoice["listen"];
}

export type CommandLine =
  | ({ readonly kind: "serve" | "check" | "hooks" | "health" } & Selection)
  | ({ readonly kind: "explain"; readonly code: string } & ApiSelection)
  | ApiCommandLine
  | { readonly kind: "plugin build"; readonly source: string; readonly out?: string }
  | { readonly kind: "plugin inspect"; readonly file: string }
  | { readonly kind: "plugin keygen"; readonly file: string }
  | { readonly kind: "plugin sign"; readonly file: string; readonly key: string; readonly out?: string }
  | { readonly kind: "password"; readonly user: string }
  /** `role` and `name` as written. */
  | ({ readonly kind: "token"; readonly role?: string; readonly name?: string } & Selection)
  /** Without `to` a folder that help names. */
  | { readonly kind: "migrate"; readonly from: string; readonly to?: string }
  /** `state` as written, for the new configuration; its own word if absent. */
  | { readonly kind: "init"; readonly folder: string; readonly state?: string }
  | { readonly kind: "help" | "version" }
  /** `problem` is one line without the program's name. */
  | { readonly kind: "usage"; readonly problem: string };

const commands = {
  "serve": { flags: ["config", "listen", "state", "admin"] },
  "check": { flags: ["config", "listen", "state"] },
  "hooks": { flags: ["config", "listen", "state"] },
  "health": { flags: ["config", "listen", "state", "admin"] },
  "explain": { flags: apiFlags, operands: ["the code, as it ends a refusal or stands in Received"] },
  "plugin build": { flags: ["out"], operands: ["the plugin's source, IN.ts"] },
  "plugin inspect": { flags: [], operands: ["the plugin, FILE.wasm"] },
  "plugin keygen": { flags: [], operands: ["where the private key is to be, FILE"] },
  "plugin sign": { flags: ["key", "out"], operands: ["the plugin, FILE.wasm"] },
  "password": { flags: [], operands: ["the user's name, USER"] },
  "token": { flags: ["config", "state", "role"], operands: ["the token's name, NAME"], optional: true },
  "migrate": { flags: ["to"], operands: ["qpsmtpd's configuration folder, DIR"] },
  "init": { flags: ["state"], operands: ["the folder to make, FOLDER"] },
  ...apiCommands,
} as const satisfies { readonly [name: string]: Command };

type CommandName = keyof typeof commands;

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
  if (isApiCommand(found.name)) return readApiCommand(found.name, found.operands, words.flags, environment);
  const [first = ""] = found.operands;
  const out = words.flags.get("out")?.at(-1);
  switch (found.name) {
    case "plugin build":
      return { kind: found.name, source: first, ...(out === undefined ? {} : { out }) };
    case "plugin inspect":
      return { kind: found.name, file: first };
    case "plugin keygen":
      return { kind: found.name, file: first };
    case "plugin sign": {
      const key = words.flags.get("key")?.at(-1);
      if (key === undefined) return { kind: "usage", problem: "plugin sign needs the private key, --key FILE" };
      return { kind: found.name, file: first, key, ...(out === undefined ? {} : { out }) };
    }
    case "password":
      return { kind: found.name, user: first };
    case "migrate": {
      const to = words.flags.get("to")?.at(-1);
      return { kind: found.name, from: first, ...(to === undefined ? {} : { to }) };
    }
    case "init": {
      const state = words.flags.get("state")?.at(-1);
      return { kind: found.name, folder: first, ...(state === undefined ? {} : { state }) };
    }
    case "token": {
      const role = words.flags.get("role")?.at(-1);
      const selected = withoutListen(words.flags, environment);
      if (selected.kind !== "check") return selected;
      return { ...selected, kind: "token", ...(role && { role }), ...(first && { name: first }) };
    }
    case "explain":
      return explained(first, words.flags, environment);
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
  if (word === "plugin") {
    return next === undefined ? "plugin: build, inspect, keygen or sign?" : unknownCommand(`plugin ${next}`);
  }
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
  const { operands: wanted = [] } = command;
  const lacking = wanted[operands.length];
  if (lacking !== undefined && command.optional !== true) return `${name} needs ${lacking}`;
  const surplus = operands[wanted.length];
  return surplus === undefined ? undefined : `${name} takes no ${quote(surplus)}`;
}

function explained(code: string, flags: Words["flags"], environment: Environment): CommandLine {
  const selected = readApi(flags, environment);
  return "problem" in selected ? selected : { ...selected, kind: "explain", code };
}

/** The addresses of the environment are none of its business, and may be wrong. */
function withoutListen(flags: Words["flags"], environment: Environment): CommandLine {
  return select("check", flags, { ...environment, [variables.listen]: undefined });
}

/** Flags come before the environment, which comes before the file. */
function select(
  kind: "serve" | "check" | "hooks" | "health",
  flags: Words["flags"],
  environment: Environment,
): CommandLine {
  // An empty variable counts as none: unset is not to be had everywhere.
  const config = flags.get("config")?.at(-1) ?? (environment[variables.config] || undefined);
  const state = flags.get("state")?.at(-1) ?? (environment[variables.state] || undefined);
  const listed = (environment[variables.listen] || undefined)?.split(",").map((address) => address.trim());
  const given = flags.get("listen");
  const listen = parseAll(given ?? listed ?? [], given === undefined ? variables.listen : "--listen");
  if (typeof listen === "string") return { kind: "usage", problem: listen };
  const admin = adminOf(kind, flags, environment);
  if (typeof admin === "object" && "problem" in admin) return { kind: "usage", problem: admin.problem };
  return {
    kind,
    ...(config === undefined ? {} : { config }),
    ...(listen.length === 0 ? {} : { listen }),
    ...(state === undefined ? {} : { state }),
    ...(admin === undefined ? {} : { admin }),
  };
}

/** For those that open it, and that ask it. */
function adminOf(
  kind: string,
  flags: Words["flags"],
  environment: Environment,
): AdminChoice["listen"] | undefined | { readonly problem: string } {
  const given = flags.get("admin")?.at(-1);
  const text = given ?? (environment[variables.admin] || undefined);
  if (!["serve", "health"].includes(kind) || text === undefined) return undefined;
  const source = given === undefined ? variables.admin : "--admin";
  const problem = `${source}: expected HOST:PORT, [IPV6]:PORT, unix:/PATH or off, got ${quote(text)}`;
  return parseAdminAddress(text) ?? { problem };
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
