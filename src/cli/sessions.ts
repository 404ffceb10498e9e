// `qpsmtpd sessions`: those under way, and `sessions end ID`, which ends one.

import type { LiveSession } from "../live/live_session.ts";
import type { ApiSelection, SessionsAction } from "./api_arguments.ts";
import { shortDuration } from "./durations.ts";
import type { Output } from "./output.ts";
import { painter } from "./paint.ts";
import { safeJson } from "./safe_json.ts";
import { type Column, formatTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { askOrTell } from "./told.ts";

/** Exit code 0, or 1. */
export async function sessions(
  selection: ApiSelection,
  { end }: SessionsAction,
  output: Output,
  terminal: Terminal,
): Promise<number> {
  if (end !== undefined) return await endOne(selection, end, output);
  const answer = await askOrTell("sessions", selection, { method: "GET", path: "/sessions" }, output);
  if (answer === undefined) return 1;
  const body = answer.body as { readonly sessions: readonly LiveSession[] };
  if (selection.json) {
    output.print(safeJson(body));
    return 0;
  }
  const paint = painter(terminal.colours);
  const room = terminal.interactive ? terminal.size().columns : Infinity;
  const [head = "", ...lines] = formatTable(
    sessionColumns,
    body.sessions.map((one) => sessionRow(one, Date.now())),
    room,
  );
  output.print(paint(head, "bold"));
  for (const line of lines) output.print(line);
  return 0;
}

async function endOne(selection: ApiSelection, id: string, output: Output): Promise<number> {
  const ask = { method: "DELETE", path: `/sessions/${encodeURIComponent(id)}` } as const;
  if (await askOrTell("sessions end", selection, ask, output) === undefined) return 1;
  output.print(selection.json ? safeJson({ kind: "ended", id }) : `${id} ends as soon as it waits for its client`);
  return 0;
}

/** The code is whole at any width: it is what `sessions end` and `explain` take. */
export const sessionColumns: readonly Column[] = [
  { title: "SESSION" },
  { title: "CLIENT", least: 15 },
  { title: "FOR", right: true },
  { title: "STATE", least: 7 },
  { title: "SINCE", right: true },
  { title: "SENT", right: true },
  { title: "REF", right: true },
  { title: "WHAT", least: 8 },
];

/** `now`: milliseconds since 1970. */
export function sessionRow(session: LiveSession, now: number): readonly string[] {
  const { id, client, port, began, state, since, asking, messages, refusals } = session;
  return [
    id,
    client === "" ? "Unix socket" : client,
    shortDuration(now - began),
    asking ?? state,
    shortDuration(now - since),
    String(messages),
    String(refusals),
    `${whatOf(session)}${port === 25 ? "" : ` (port ${port})`}`,
  ];
}

/** The envelope if there is one, otherwise who it says it is. */
function whatOf({ from, to = [], recipients = 0, hello, user }: LiveSession): string {
  const who = user === undefined ? "" : ` as ${user}`;
  if (from === undefined) return `${hello ?? "no hello yet"}${who}`;
  const more = recipients > 1 ? ` and ${recipients - 1} more` : "";
  return `${from}${to[0] === undefined ? "" : ` to ${to[0]}${more}`}${who}`;
}
