// `qpsmtpd reload`: the server reads its configuration again, and says what changed.

import type { ReloadView } from "../control/control.ts";
import type { Changes } from "../generation/change_lists.ts";
import { escapeControls } from "../text/quote.ts";
import type { ApiSelection } from "./api_arguments.ts";
import type { Output } from "./output.ts";
import { safeJson } from "./safe_json.ts";
import { askOrTell } from "./told.ts";

/** Exit code 0, or 1 if everything stayed as it was. */
export async function reload(selection: ApiSelection, output: Output): Promise<number> {
  const answer = await askOrTell("reload", selection, { method: "POST", path: "/reload" }, output);
  if (answer === undefined) return 1;
  const view = answer.body as Extract<ReloadView, { kind: "reloaded" }>;
  if (selection.json) {
    output.print(safeJson(view));
    return 0;
  }
  output.print(`generation ${view.number} is in force${changesLine(view.changes)}`);
  for (const warning of view.warnings) output.complain(`warning: ${escapeControls(warning)}`);
  return 0;
}

/** `: changed a, b; removed c`. */
export function changesLine({ added, changed, removed, rejudged, tables }: Changes): string {
  const parts = [
    ["added", added],
    ["changed", changed],
    ["removed", removed],
    ["policy of", rejudged],
    ["configuration of", tables],
  ] as const;
  const told = parts.flatMap(([word, labels]) => labels.length === 0 ? [] : [`${word} ${labels.join(", ")}`]);
  return told.length === 0 ? ": nothing has changed" : `: ${escapeControls(told.join("; "))}`;
}
