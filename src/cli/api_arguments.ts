// The part of the command line that is about a running server: which API, which token, and what is asked of it. Pure.

import { type AdminChoice, parseAdminAddress } from "../config/admin_schema.ts";
import { type Network, parseNetwork } from "../networks/network.ts";
import { quote } from "../text/quote.ts";
import type { Command, Flag } from "./flags.ts";
import { type Environment, tokenVariable, variables } from "./variables.ts";

/** Where the API is, and who asks. Paths are as written. */
export interface ApiSelection {
  readonly config?: string;
  readonly state?: string;
  readonly admin?: AdminChoice["listen"];
  readonly token?: string;
  readonly tokenFile?: string;
  /** Print JSON, for programs. */
  readonly json: boolean;
}

/** Which happenings are wanted; all those given must match. */
export interface TailWanted {
  readonly ip?: Network;
  /** A mailbox, `@domain`, or a part of an address; in lower case. */
  readonly from?: string;
  readonly rcpt?: string;
  readonly plugin?: string;
  readonly refused: boolean;
}

export type PluginsAction =
  | { readonly do: "list" }
  | { readonly do: "show" | "rollback" | "enable" | "disable"; readonly name: string }
  | { readonly do: "deploy"; readonly name: string; readonly file: string; readonly dryRun: boolean };

/** `id` is the code of a session. */
export type SessionsAction =
  | { readonly do: "list" }
  | { readonly do: "show" | "end"; readonly id: string };

export type ApiCommandLine =
  | ({ readonly kind: "top"; readonly once: boolean } & ApiSelection)
  | ({ readonly kind: "tail"; readonly wanted: TailWanted } & ApiSelection)
  | ({ readonly kind: "reload" } & ApiSelection)
  | ({ readonly kind: "plugins"; readonly action: PluginsAction } & ApiSelection)
  | ({ readonly kind: "sessions"; readonly action: SessionsAction } & ApiSelection);

interface Wrong {
  readonly kind: "usage";
  readonly problem: string;
}

type Flags = ReadonlyMap<string, readonly string[]>;

const operands = {
  name: "the plugin's label, NAME",
  file: "the plugin, FILE.wasm",
  session: "the code of the session, as sessions shows it",
} as const;

/** They say where the API is, who asks, and how it is told. */
export const apiFlags: readonly Flag[] = ["config", "state", "admin", "token-file", "json"];

export type ApiCommandName =
  | "top"
  | "tail"
  | "reload"
  | `plugins${"" | " deploy" | " rollback" | " enable" | " disable"}`
  | `sessions${"" | " end"}`;

export const apiCommands: { readonly [Name in ApiCommandName]: Command } = {
  "top": { flags: [...apiFlags, "once"] },
  "tail": { flags: [...apiFlags, "ip", "from", "rcpt", "plugin", "refused"] },
  "reload": { flags: apiFlags },
  "plugins": { flags: apiFlags, operands: [operands.name], optional: true },
  "plugins deploy": { flags: [...apiFlags, "dry-run"], operands: [operands.name, operands.file] },
  "plugins rollback": { flags: apiFlags, operands: [operands.name] },
  "plugins enable": { flags: apiFlags, operands: [operands.name] },
  "plugins disable": { flags: apiFlags, operands: [operands.name] },
  "sessions": { flags: apiFlags, operands: [operands.session], optional: true },
  "sessions end": { flags: apiFlags, operands: [operands.session] },
};

export function isApiCommand(name: string): name is ApiCommandName {
  return Object.hasOwn(apiCommands, name);
}

/** `words` are the operands, as many as the command needs. */
export function readApiCommand(
  name: ApiCommandName,
  words: readonly string[],
  flags: Flags,
  environment: Environment,
): ApiCommandLine | Wrong {
  const api = readApi(flags, environment);
  if ("problem" in api) return api;
  const [first, second = ""] = words;
  switch (name) {
    case "top":
      return { ...api, kind: "top", once: flags.has("once") };
    case "tail": {
      const wanted = readWanted(flags);
      return "problem" in wanted ? wanted : { ...api, kind: "tail", wanted };
    }
    case "reload":
      return { ...api, kind: "reload" };
    case "plugins":
      return { ...api, kind: "plugins", action: first === undefined ? { do: "list" } : { do: "show", name: first } };
    case "plugins deploy": {
      const action = { do: "deploy", name: first ?? "", file: second, dryRun: flags.has("dry-run") } as const;
      return { ...api, kind: "plugins", action };
    }
    case "plugins rollback":
      return { ...api, kind: "plugins", action: { do: "rollback", name: first ?? "" } };
    case "plugins enable":
      return { ...api, kind: "plugins", action: { do: "enable", name: first ?? "" } };
    case "plugins disable":
      return { ...api, kind: "plugins", action: { do: "disable", name: first ?? "" } };
    case "sessions":
      return { ...api, kind: "sessions", action: first === undefined ? { do: "list" } : { do: "show", id: first } };
    case "sessions end":
      return { ...api, kind: "sessions", action: { do: "end", id: first ?? "" } };
  }
}

/** Flags come before the environment, which comes before the file. */
export function readApi(flags: Flags, environment: Environment): ApiSelection | Wrong {
  const given = (flag: "config" | "state" | "admin"): string | undefined => {
    return flags.get(flag)?.at(-1) ?? (environment[variables[flag]] || undefined);
  };
  const [config, state, address, token] = [
    given("config"),
    given("state"),
    given("admin"),
    environment[tokenVariable] || undefined,
  ];
  const tokenFile = flags.get("token-file")?.at(-1);
  const admin = address === undefined ? undefined : parseApiAddress(address);
  if (address !== undefined && admin === undefined) {
    const source = flags.has("admin") ? "--admin" : variables.admin;
    const problem = `${source}: expected http://HOST:PORT, HOST:PORT, [IPV6]:PORT or unix:/PATH, got ${quote(address)}`;
    return { kind: "usage", problem };
  }
  return {
    json: flags.has("json"),
    ...(config === undefined ? {} : { config }),
    ...(state === undefined ? {} : { state }),
    ...(admin === undefined ? {} : { admin }),
    ...(token === undefined || tokenFile !== undefined ? {} : { token }),
    ...(tokenFile === undefined ? {} : { tokenFile }),
  };
}

/** As the server prints it, as a browser has it, or as the configuration says it. */
function parseApiAddress(text: string): AdminChoice["listen"] | undefined {
  return parseAdminAddress(text.replace(/^http:\/\/([^/]+)\/?$/, "$1"));
}

function readWanted(flags: Flags): TailWanted | Wrong {
  const ip = flags.get("ip")?.at(-1);
  const network = ip === undefined ? undefined : parseNetwork(ip);
  if (network?.kind === "bad") return { kind: "usage", problem: `--ip: ${network.why}, got ${quote(ip)}` };
  const [from, rcpt, plugin] = ["from", "rcpt", "plugin"].map((flag) => flags.get(flag)?.at(-1));
  return {
    refused: flags.has("refused"),
    ...(network === undefined ? {} : { ip: network.network }),
    ...(from === undefined ? {} : { from: from.toLowerCase() }),
    ...(rcpt === undefined ? {} : { rcpt: rcpt.toLowerCase() }),
    ...(plugin === undefined ? {} : { plugin }),
  };
}
