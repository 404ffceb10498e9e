// One session under way as a row of a table, or whole in lines. Pure.

import type { LiveSession, SessionSummary } from "../live/live_session.ts";
import { escapeControls } from "../text/quote.ts";
import { shortDuration } from "./durations.ts";
import type { Column } from "./table.ts";

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
export function sessionRow(session: SessionSummary, now: number): readonly string[] {
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
function whatOf({ from, to = [], recipients = 0, hello, user }: SessionSummary): string {
  const who = user === undefined ? "" : ` as ${user}`;
  if (from === undefined) return `${hello ?? "no hello yet"}${who}`;
  const more = recipients > 1 ? ` and ${recipients - 1} more` : "";
  return `${from}${to[0] === undefined ? "" : ` to ${to[0]}${more}`}${who}`;
}

/** Control characters are escaped. `now`: milliseconds since 1970. */
export function sessionDetails(session: LiveSession, now: number): readonly string[] {
  const { id, client, port, pid, began, state, since, asking, tls, user, hello, from, to = [], recipients = 0 } =
    session;
  const { commands, transactions, messages, refusals, omitted, dialogue } = session;
  const more = recipients > to.length ? ` and ${recipients - to.length} more` : "";
  const facts: readonly (readonly [name: string, value: string | undefined])[] = [
    ["session", id],
    ["client", `${client === "" ? "Unix socket" : client}, port ${port}, process ${pid}`],
    ["state", `${asking ?? state} for ${shortDuration(now - since)}, connected for ${shortDuration(now - began)}`],
    ["hello", hello],
    ["tls", tls],
    ["user", user],
    ["from", from],
    ["to", to.length === 0 ? undefined : `${to.join(", ")}${more}`],
    ["so far", `${commands} commands, ${transactions} transactions, ${messages} accepted, ${refusals} refused`],
  ];
  return [
    ...facts.flatMap(([name, value]) => value === undefined ? [] : [`${name.padEnd(10)}${value}`]),
    ...(omitted === 0 ? [] : [`${omitted} earlier lines are not kept`]),
    ...dialogue.map(({ at, who, text }) => `${String(Math.round(at)).padStart(8)} ms  ${who}: ${text}`),
  ].map(escapeControls);
}
