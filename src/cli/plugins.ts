// `qpsmtpd plugins`: which plugins the running server has, how they do, and changes to them.

import type { PluginView } from "../control/control.ts";
import type { DeployView } from "../control/deployment_views.ts";
import { escapeControls } from "../text/quote.ts";
import type { Ask } from "./admin_client.ts";
import type { ApiSelection, PluginsAction } from "./api_arguments.ts";
import type { Output } from "./output.ts";
import { painter } from "./paint.ts";
import { isAiling, pluginColumns, pluginDetails, pluginRow } from "./plugin_lines.ts";
import { readWasm } from "./read_wasm.ts";
import { changesLine } from "./reload.ts";
import { safeJson } from "./safe_json.ts";
import { formatTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { askOrTell, complainOf } from "./told.ts";

/** Exit code 0, or 1 if it could not be told or done. */
export async function plugins(
  selection: ApiSelection,
  action: PluginsAction,
  output: Output,
  terminal: Terminal,
): Promise<number> {
  const name = action.do === "list" || action.do === "show" ? "plugins" : `plugins ${action.do}`;
  const ask = askOf(action);
  if (typeof ask === "string") {
    complainOf(name, [ask], output);
    return 1;
  }
  const answer = await askOrTell(name, selection, ask, output);
  if (answer === undefined) return 1;
  if (selection.json) output.print(safeJson(answer.body));
  else if (action.do === "list") list(answer.body as { readonly plugins: readonly PluginView[] }, output, terminal);
  else if (action.do === "show") pluginDetails(answer.body as PluginView).forEach((line) => output.print(line));
  else tellChange(answer.body as Changed, output);
  return 0;
}

type Changed = Extract<DeployView, { readonly kind: "deployed" | "wouldDeploy" }>;

/** A string: it cannot even be asked. */
function askOf(action: PluginsAction): Ask | string {
  if (action.do === "list") return { method: "GET", path: "/plugins" };
  const path = `/plugins/${encodeURIComponent(action.name)}`;
  if (action.do === "show") return { method: "GET", path };
  if (action.do !== "deploy") return { method: "POST", path: `${path}/${action.do}` };
  const octets = readWasm(action.file);
  if (typeof octets === "string") return `${escapeControls(action.file)}: ${octets}`;
  return { method: "PUT", path: action.dryRun ? `${path}?dryRun=1` : path, body: octets };
}

function list(body: { readonly plugins: readonly PluginView[] }, output: Output, terminal: Terminal): void {
  const paint = painter(terminal.colours);
  const room = terminal.interactive ? terminal.size().columns : Infinity;
  const [head = "", ...lines] = formatTable(pluginColumns, body.plugins.map(pluginRow), room);
  output.print(paint(head, "bold"));
  for (const [at, line] of lines.entries()) {
    const plugin = body.plugins[at];
    output.print(plugin !== undefined && isAiling(plugin) ? paint(line, "red") : line);
  }
}

function tellChange(view: Changed, output: Output): void {
  for (const line of changeLines(view)) output.print(escapeControls(line));
  for (const warning of view.warnings) output.complain(`warning: ${escapeControls(warning)}`);
}

/** What became of it, and what it needs now that it did not need before. */
export function changeLines(view: Changed): readonly string[] {
  const { label, comparison } = view;
  const head = view.kind === "deployed"
    ? `${label}: generation ${view.generation} is in force after ${Math.round(view.milliseconds)} ms` +
      changesLine(view.changes)
    : `${label}: would come into force; nothing was changed`;
  if (comparison === undefined) return [head];
  const { before, after, grants: { added, removed, missing } } = comparison;
  const versions = before === undefined ? after.version : `${before.version} -> ${after.version}`;
  const lists = [["needs now", added], ["needs no more", removed], ["is not granted", missing]] as const;
  return [
    head,
    `  version  ${versions}`,
    `  sha256   ${after.digest}`,
    ...lists.flatMap(([word, grants]) => grants.length === 0 ? [] : [`  ${word}: ${grants.join(", ")}`]),
  ];
}
