// `qpsmtpd token`: another token for the API, valid at once.

import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { type Role, roles } from "../admin/role.ts";
import { tokenName } from "../admin/token.ts";
import { TokenFile } from "../admin/token_file.ts";
import { loadConfig } from "../config/load.ts";
import { quote } from "../text/quote.ts";
import type { Chosen } from "./find_config.ts";
import type { Output } from "./output.ts";

export interface TokenWanted {
  /** As written; `read` if absent. */
  readonly role?: string;
  /** One is made up if absent. */
  readonly name?: string;
}

/** The token alone goes to standard output, for scripts. Exit code 0 if it was made, 1 if not. */
export async function token(chosen: Chosen, wanted: TokenWanted, { print, complain }: Output): Promise<number> {
  const { role: text = "read" } = wanted;
  const role = roles.find((each) => each === text);
  const name = wanted.name ?? `${text}-${randomBytes(3).toString("hex")}`;
  const problem = problemOf(role, text, name);
  if (problem !== undefined || role === undefined) {
    complain(`token: ${problem}`);
    return 1;
  }
  const loaded = await loadConfig(chosen.path, chosen.overrides);
  if (loaded.kind === "problems") {
    for (const line of loaded.problems) complain(line);
    return 1;
  }
  const { state } = loaded.config;
  await mkdir(state, { recursive: true, mode: 0o700 }).catch(() => {});
  const file = new TokenFile(state);
  const made = await file.make(name, role);
  if (made.kind === "failed") {
    complain(`token: ${made.problem}`);
    return 1;
  }
  complain(`${name} may ${meaning[role]}; shown only now. Who deletes its line in ${file.path} takes it back.`);
  print(made.text);
  return 0;
}

const meaning: { readonly [R in Role]: string } = {
  read: "look",
  operate: "look, reload, end sessions, roll plugins back and switch them",
  deploy: "do everything, upload plugins too",
};

function problemOf(role: Role | undefined, text: string, name: string): string | undefined {
  if (role === undefined) return `--role is ${roles.join(", ")}, not ${quote(text)}`;
  if (!tokenName.test(name)) return `${quote(name)} is no name: lower-case letters, digits, and . _ - behind the first`;
  return undefined;
}
