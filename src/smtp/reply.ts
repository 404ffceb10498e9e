// One reply to one command, and its form on the wire.

/** A reply of RFC 5321 §4.2. `status` is the enhanced status of RFC 3463, sent in front of every line. */
export interface Reply {
  readonly code: number;
  readonly status?: string;
  readonly lines: readonly string[];
}

// RFC 5321 §4.5.3.1.5: 512 octets with the CRLF.
const maxLineOctets = 510;

// A plugin may give many lines; a client has to read them all before it may go on.
const maxLines = 100;

/**
 * The reply as octets for the client, ending in CRLF. What a plugin or a client put into a text can neither end the
 * line nor reach a terminal: everything but printable ASCII becomes "?". Long lines are wrapped. A refusal ends in its `receipt`,
 * the code by which its reasons can be found.
 */
export function formatReply(reply: Reply, receipt?: string): string {
  const status = reply.status === undefined ? "" : `${reply.status} `;
  const room = maxLineOctets - `${reply.code}-`.length - status.length;
  const lines: string[] = [];
  for (const line of reply.lines) {
    if (lines.length >= maxLines) break;
    wrap(line.replace(/[^\x20-\x7e]/gu, "?"), room, lines);
  }
  if (lines.length === 0) lines.push("");
  if (receipt !== undefined && isRefusal(reply)) endIn(`(${receipt})`, room, lines);
  const last = Math.min(lines.length, maxLines) - 1;
  let text = "";
  for (let i = 0; i <= last; i++) text += `${reply.code}${i < last ? "-" : " "}${status}${lines[i]}\r\n`;
  return text;
}

/** Is this a refusal, for good or for now? */
export function isRefusal(reply: Reply): boolean {
  return reply.code >= 400;
}

/** Never wrapped and never cut off: rather that than the end of a very long text. */
function endIn(receipt: string, room: number, lines: string[]): void {
  lines.splice(maxLines);
  const last = lines.pop() ?? "";
  const together = last === "" ? receipt : `${last} ${receipt}`;
  if (together.length <= room) lines.push(together);
  else if (lines.length + 2 <= maxLines) lines.push(last, receipt);
  else lines.push(`${last.slice(0, room - receipt.length - 1)} ${receipt}`);
}

function wrap(text: string, room: number, lines: string[]): void {
  let rest = text;
  while (rest.length > room && lines.length < maxLines) {
    const space = rest.lastIndexOf(" ", room);
    const end = space > 0 ? space : room;
    lines.push(rest.slice(0, end));
    rest = rest.slice(space > 0 ? end + 1 : end);
  }
  lines.push(rest);
}
