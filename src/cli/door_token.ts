// The token that a command shows at the API: one that the user gives, or that of the state folder. What is wrong with it
// is a value.

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { terminalToken } from "../admin/token_file.ts";
import { displayPath } from "../config/display_path.ts";
import type { ApiSelection } from "./api_arguments.ts";
import { tokenVariable } from "./variables.ts";

export interface DoorToken {
  readonly token: string;
  /** Where it is from, for messages. */
  readonly source: string;
  /** It lies in the state folder of the server: the user has not said whom to show it to. */
  readonly kept: boolean;
}

export interface NoToken {
  readonly why: string;
}

/** What to do without a valid token. */
export const tokenRemedy: string =
  "make one (qpsmtpd token --role ROLE NAME) and give it by QPSMTPD_TOKEN or --token-file FILE";

/** Undefined: the user has given none. */
export async function givenToken(
  { token, tokenFile }: Pick<ApiSelection, "token" | "tokenFile">,
): Promise<DoorToken | NoToken | undefined> {
  if (token !== undefined) return { token: token.trim(), source: tokenVariable, kept: false };
  if (tokenFile === undefined) return undefined;
  const read = await readToken(tokenFile, false);
  return "token" in read ? read : { why: `${displayPath(tokenFile)}: ${read.why}` };
}

/** That of the state folder; another one after each start of the server. */
export async function keptToken(state: string): Promise<DoorToken | NoToken> {
  const file = join(state, terminalToken);
  const read = await readToken(file, true);
  return "token" in read ? read : { why: `no token: ${displayPath(file)}: ${read.why}` };
}

/** Characters of a file that holds a token. */
const longest = 1000;

async function readToken(file: string, kept: boolean): Promise<DoorToken | NoToken> {
  try {
    const found = await stat(file);
    if (!found.isFile() || found.size > longest) return { why: "is no file with a token" };
    const token = (await readFile(file, "utf8")).trim();
    return /^[\w-]{1,200}$/.test(token) ? { token, source: displayPath(file), kept } : { why: "holds no token" };
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    const words: { readonly [code: string]: string } = {
      ENOENT: "there is no such file",
      EACCES: "may not be read by this user",
      NotCapable: "may not be read by this program",
    };
    return { why: words[String(error.code)] ?? String(error.code) };
  }
}
