// Where the API of the running server is, and the token to show there: from flags, the environment, the configuration.

import type { Config } from "../config/config.ts";
import { displayPath } from "../config/display_path.ts";
import { loadConfig } from "../config/load.ts";
import type { ApiDoor } from "./api_door.ts";
import type { ApiSelection } from "./api_arguments.ts";
import { type DoorToken, givenToken, keptToken, type NoToken, tokenRemedy } from "./door_token.ts";
import { chooseConfig, type Chosen } from "./find_config.ts";

export type ApiFound =
  | { readonly kind: "found"; readonly door: ApiDoor }
  | { readonly kind: "problem"; readonly lines: readonly string[] };

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

interface Place {
  readonly host: string;
  readonly port: number;
}

/** With the token of the state folder if the user gives none; it is read now, to tell at once if there is none. */
async function withToken({ host, port }: Place, given: DoorToken | undefined, state: string): Promise<ApiFound> {
  const token = (): Promise<DoorToken | NoToken> => given ? Promise.resolve(given) : keptToken(state);
  const first = await token();
  return "why" in first ? problem(first.why, tokenRemedy) : { kind: "found", door: { host, port, token } };
}

function problem(...lines: readonly string[]): ApiFound {
  return { kind: "problem", lines };
}
