// What the replies of the next server mean for the client. Pure.

import type { Mailbox } from "../../sdk/contract/event.ts";
import type { Reply } from "../smtp/reply.ts";
import type { DeliveryResult, Refused } from "./delivery.ts";
import { formatPath } from "./format_path.ts";

// A refused message is answered in one reply, and a client has to read all of it.
const mostLines = 20;
const longestLine = 400;

/** The next server cannot be had at all. RFC 3463: X.4.1 no answer from host. */
export function unreachable(reason: string): Refused {
  return { kind: "refused", code: 451, status: "4.4.1", text: ["The next server cannot be reached now"], reason };
}

/** The connection broke or the next server talked nonsense before it took the message. X.4.2 bad connection. */
export function broken(reason: string): Refused {
  return { kind: "refused", code: 451, status: "4.4.2", text: ["The connection to the next server broke"], reason };
}

/** There is no TLS with the next server as the operator wants it. X.7.5 cryptographic failure. */
export function insecure(reason: string): Refused {
  return {
    kind: "refused",
    code: 451,
    status: "4.7.5",
    text: ["The next server cannot be reached safely now"],
    reason,
  };
}

/** A refusal in the next server's own words. */
export function passedOn(reply: Reply): Refused {
  // 421 would close this session, and 530 ask the client for a login that the next server wants of us.
  if (reply.code === 530) return { ...broken(describe(reply)), status: "4.3.5" };
  const code = reply.code === 421 ? 451 : reply.code;
  const status = reply.status?.[0] === String(code)[0] ? reply.status : undefined;
  return { kind: "refused", code, ...(status === undefined ? {} : { status }), text: words(reply) };
}

/** What the next server's last word about one recipient comes to. */
export function resultOf(reply: Reply): DeliveryResult {
  if (reply.code >= 400) return passedOn(reply);
  return reply.code < 300
    ? { kind: "taken", text: sentence(reply) }
    : broken(`the message was answered ${describe(reply)}`);
}

/**
 * The one refusal for a message of which some recipients were refused, or undefined if none was. One reply cannot say two
 * things, so the message goes to nobody: the client tries again, or tells its author, and nobody gets it twice. One
 * refusal for now makes the whole one for now, since the others may be taken then.
 */
export function refusedRecipients(
  paths: readonly Mailbox[],
  results: readonly (DeliveryResult | undefined)[],
): Refused | undefined {
  const refused = paths.flatMap((path, index) => {
    const answer = results[index];
    return answer?.kind === "refused" ? [{ path, answer }] : [];
  });
  const first = refused.find(({ answer }) => answer.code < 500) ?? refused[0];
  if (first === undefined) return undefined;
  const lines = refused.flatMap(({ path, answer }) =>
    answer.text.slice(0, 2).map((line) => `${formatPath(path)}: ${line}`)
  );
  return { ...first.answer, text: lines.slice(0, mostLines).map(printable) };
}

/** One line for the log. */
export function describe(reply: Reply): string {
  return `${reply.code} ${reply.status === undefined ? "" : `${reply.status} `}${sentence(reply)}`;
}

/** The text of a reply as one line. */
export function sentence(reply: Reply): string {
  return reply.lines.slice(0, mostLines).map(printable).filter((line) => line !== "").join(" ");
}

function words(reply: Reply): readonly string[] {
  const lines = reply.lines.slice(0, mostLines).map(printable).filter((line) => line !== "");
  return lines.length === 0 ? ["Refused by the next server"] : lines;
}

function printable(line: string): string {
  return line.replace(/[^\x20-\x7e]/gu, "?").slice(0, longestLine).trim();
}
