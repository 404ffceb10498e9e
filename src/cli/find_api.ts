// Where the API of the running server is, and the token to show there: from flags, the environment, the configuration.

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { terminalToken } from "../admin/token_file.ts";
import type { Config } from "../config/config.ts";
import { displayPath } from "../config/display_path.ts";
import { loadConfig } from "../config/load.ts";
import { type ApiDoor, tokenRemedy } from "./admin_client.ts";
import type { ApiSelection } from "./api_arguments.ts";
import { chooseConfig, type Chosen } from "./find_config.ts";

export type ApiFound =
  | { readonly kind: "found"; readonly door: ApiDoor }
  | { readonly kind: "problem"; readonly lines: readonly string[] };

interface Token {
  readonly token: string;
  readonly source: string;
}

interface NoToken {
  readonly why: string;
}

/** The configuration is read only for what nothing else says: who looks at a server need not be able to read it. */
export async function findApi(selection: ApiSelection): Promise<ApiFound> {
  const { admin, state } = selection;
  const token = await givenToken(selection);
  if (token !== undefined && "why" in token) return problem(token.why, tokenRemedy);
  if (admin !== undefined && admin !== "off" && (token !== undefined || state !== undefined)) {
    return await withToken(admin, token, state ?? "");
  }
  const { config, ...overrides } = selection;
  const chosen: Chosen = chooseConfig({
    ...(config === undefined ? {} : { config }),
    ...(overrides.state === undefined ? {} : { state: overrides.state }),
    ...(admin === undefined ? {} : { admin }),
  });
  const loaded = await loadConfig(chosen.path, chosen.overrides);
  if (loaded.kind === "problems") {
    return problem(...loaded.problems, "with --admin and QPSMTPD_TOKEN the configuration is not needed");
  }
  const { listen } = loaded.config.admin;
  if (listen === "off") {
    const remedy = 'set admin.listen = "127.0.0.1:2580" there and start the server again, or say --admin HOST:PORT';
    return problem(`${displayPath(loaded.config.file)}: the API is off`, remedy);
  }
  if (isAnyPort(listen)) {
    return problem(
      `${displayPath(loaded.config.file)}: admin.listen has port 0, any that is free`,
      "say --admin HOST:PORT as the server printed it",
    );
  }
  return await withToken(listen, token, loaded.config.state);
}

/** Where a configuration has it, with the token that lies in its state folder. */
export async function apiOf({ admin: { listen }, state }: Pick<Config, "admin" | "state">): Promise<ApiFound> {
  if (listen === "off" || isAnyPort(listen)) return problem("the API is off, or at a port that only it knows");
  return await withToken(listen, undefined, state);
}

/** Then only the server knows which. */
function isAnyPort({ host, port }: Place): boolean {
  return port === 0 && !host.startsWith("unix:");
}

async function givenToken({ token, tokenFile }: ApiSelection): Promise<Token | NoToken | undefined> {
  if (token !== undefined) return { token: token.trim(), source: "QPSMTPD_TOKEN" };
  if (tokenFile === undefined) return undefined;
  const read = await readToken(tokenFile);
  return "token" in read ? read : { why: `${displayPath(tokenFile)}: ${read.why}` };
}

interface Place {
  readonly host: string;
  readonly port: number;
}

async function withToken(
  { host, port }: Place,
  given: Token | undefined,
  state: string,
): Promise<ApiFound> {
  const file = join(state, terminalToken);
  const token = given ?? await readToken(file);
  if ("why" in token) return problem(`no token: ${displayPath(file)}: ${token.why}`, tokenRemedy);
  return { kind: "found", door: { host, port, ...token } };
}

/** Characters of a file that holds a token. */
const longest = 1000;

async function readToken(file: string): Promise<Token | NoToken> {
  try {
    const found = await stat(file);
    if (!found.isFile() || found.size > longest) return { why: "is no file with a token" };
    const token = (await readFile(file, "utf8")).trim();
    return /^[\w-]{1,200}$/.test(token) ? { token, source: displayPath(file) } : { why: "holds no token" };
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

function problem(...lines: readonly string[]): ApiFound {
  return { kind: "problem", lines };
}
