// `qpsmtpd sessions`: those under way, one of them with its dialogue, and `sessions end CODE`, which ends one.

import type { LiveSession, SessionSummary } from "../live/live_session.ts";
import type { ApiSelection, SessionsAction } from "./api_arguments.ts";
import type { Output } from "./output.ts";
import { painter } from "./paint.ts";
import { safeJson } from "./safe_json.ts";
import { sessionColumns, sessionDetails, sessionRow } from "./session_lines.ts";
import { formatTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { askOrTell } from "./told.ts";

/** Exit code 0, or 1. */
export async function sessions(
  selection: ApiSelection,
  action: SessionsAction,
  output: Output,
  terminal: Terminal,
): Promise<number> {
  if (action.do === "end") return await endOne(selection, action.id, output);
  const path = action.do === "list" ? "/sessions" : `/sessions/${encodeURIComponent(action.id)}`;
  const answer = await askOrTell("sessions", selection, { method: "GET", path }, output);
  if (answer === undefined) return 1;
  if (selection.json) output.print(safeJson(answer.body));
  else if (action.do === "list") list(answer.body as Listed, output, terminal);
  else for (const line of sessionDetails(answer.body as LiveSession, Date.now())) output.print(line);
  return 0;
}

interface Listed {
  readonly sessions: readonly SessionSummary[];
}

function list(body: Listed, output: Output, terminal: Terminal): void {
  const paint = painter(terminal.colours);
  const room = terminal.interactive ? terminal.size().columns : Infinity;
  const rows = body.sessions.map((one) => sessionRow(one, Date.now()));
  const [head = "", ...lines] = formatTable(sessionColumns, rows, room);
  output.print(paint(head, "bold"));
  for (const line of lines) output.print(line);
}

async function endOne(selection: ApiSelection, id: string, output: Output): Promise<number> {
  const ask = { method: "DELETE", path: `/sessions/${encodeURIComponent(id)}` } as const;
  if (await askOrTell("sessions end", selection, ask, output) === undefined) return 1;
  output.print(selection.json ? safeJson({ kind: "ended", id }) : `${id} ends as soon as it waits for its client`);
  return 0;
}
