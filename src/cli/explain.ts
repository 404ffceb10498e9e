// `qpsmtpd explain CODE`: what was decided about a message or a client, by the code that it was told.

import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { loadConfig } from "../config/load.ts";
import { readCode } from "../receipts/code.ts";
import { explainRecord, whyUnknown } from "../receipts/explain.ts";
import { findDecisions } from "../receipts/find.ts";
import { decisionsFolder } from "../receipts/journal.ts";
import { type DecisionRecord, formatRecord } from "../receipts/record.ts";
import { quote } from "../text/quote.ts";
import type { ApiSelection } from "./api_arguments.ts";
import { chooseConfig } from "./find_config.ts";
import type { Output } from "./output.ts";
import { askOrTell } from "./told.ts";

/**
 * Reads the store, whether the server runs or not; with `admin`, or where the store may not be read, it asks the API.
 * Exit code 0, or 1 if there is nothing under this code.
 */
export async function explain(selection: ApiSelection, typed: string, output: Output): Promise<number> {
  const code = readCode(typed);
  if (code === undefined) {
    output.complain(`${quote(typed)} is no code; one looks like 1ke4z8q-7m2px40 or 1ke4z8q-7m2px40.1`);
    return 1;
  }
  const { admin, token, tokenFile } = selection;
  if (admin !== undefined && admin !== "off") return await askApiFor(code, selection, output);
  const { config, state, json } = selection;
  const chosen = chooseConfig({
    ...(config === undefined ? {} : { config }),
    ...(state === undefined ? {} : { state }),
  });
  const loaded = await loadConfig(chosen.path, chosen.overrides);
  if (loaded.kind === "problems") {
    for (const problem of loaded.problems) output.complain(problem);
    return 1;
  }
  const folder = join(loaded.config.state, decisionsFolder);
  const mayAsk = token !== undefined || tokenFile !== undefined;
  if (mayAsk && !await isReadable(folder)) return await askApiFor(code, selection, output);
  const records = await findDecisions(folder, code);
  print(records, json, output);
  if (records.length > 0) return 0;
  for (const line of [`nothing is known of ${code}`, ...whyUnknown]) output.complain(line);
  return 1;
}

async function askApiFor(code: string, selection: ApiSelection, output: Output): Promise<number> {
  const ask = { method: "GET", path: `/explain/${encodeURIComponent(code)}` } as const;
  const answer = await askOrTell("explain", selection, ask, output);
  if (answer === undefined) return 1;
  print((answer.body as { readonly records: readonly DecisionRecord[] }).records, selection.json, output);
  return 0;
}

function print(records: readonly DecisionRecord[], json: boolean, output: Output): void {
  for (const [index, record] of records.entries()) {
    if (json) output.print(formatRecord(record));
    else for (const line of [...index > 0 ? [""] : [], ...explainRecord(record)]) output.print(line);
  }
}

async function isReadable(folder: string): Promise<boolean> {
  return await access(folder, constants.R_OK | constants.X_OK).then(() => true, () => false);
}
