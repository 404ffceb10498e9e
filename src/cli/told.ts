// What commands of the API have in common: they find it, ask it, and tell what it refused.

import { type ApiAnswer, type Ask, askApi } from "./admin_client.ts";
import type { ApiDoor, ApiProblem } from "./api_door.ts";
import type { ApiSelection } from "./api_arguments.ts";
import { findApi } from "./find_api.ts";
import type { Output } from "./output.ts";
import { safeJson } from "./safe_json.ts";

/** The door, or undefined when everything that is wrong has been said. */
export async function findDoor(name: string, selection: ApiSelection, output: Output): Promise<ApiDoor | undefined> {
  const found = await findApi(selection);
  if (found.kind === "found") return found.door;
  complainOf(name, found.lines, output);
  return undefined;
}

/** The body of the reply, or undefined when everything that is wrong has been said. */
export async function askOrTell(
  name: string,
  selection: ApiSelection,
  ask: Ask,
  output: Output,
): Promise<{ readonly body: unknown } | undefined> {
  const door = await findDoor(name, selection, output);
  if (door === undefined) return undefined;
  const answer: ApiAnswer = await askApi(door, ask);
  if (answer.kind === "answer") return answer;
  tellProblem(name, answer, selection.json, output);
  return undefined;
}

/** With `json` the document of the problem goes to standard output, too. */
export function tellProblem(name: string, { lines, document }: ApiProblem, json: boolean, output: Output): void {
  if (json && document !== undefined) output.print(safeJson(document));
  complainOf(name, lines, output);
}

/** The first line says what is wrong, the others why and what to do. */
export function complainOf(name: string, [first = "", ...others]: readonly string[], { complain }: Output): void {
  complain(`${name}: ${first}`);
  for (const line of others) complain(`  ${line}`);
}
