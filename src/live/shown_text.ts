// Texts and envelopes of a session as they stand in JSON: short, and few.

import { formatMailbox } from "../smtp/path.ts";
import type { Reply } from "../smtp/reply.ts";
import type { Transaction } from "../smtp/transaction.ts";

/** Characters of a text from outside, and recipients that are named. */
const longest = 512;
const mostRecipients = 20;

/** A text from outside, cut where it is too long to be shown. */
export function bounded(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** The lines of a reply, without its receipt. */
export function replyLines({ code, status, lines }: Reply): readonly string[] {
  const between = status === undefined ? "" : `${status} `;
  const texts = lines.length === 0 ? [""] : lines;
  return texts.map((line, index) => bounded(`${code}${index < texts.length - 1 ? "-" : " "}${between}${line}`));
}

export interface ShownEnvelope {
  /** `<>` if it is null. */
  readonly from: string;
  /** The first of them. */
  readonly to: readonly string[];
  readonly recipients: number;
}

export function shownEnvelope({ reversePath, forwardPaths }: Transaction): ShownEnvelope {
  return {
    from: reversePath === null ? "<>" : bounded(`<${formatMailbox(reversePath)}>`),
    to: forwardPaths.slice(0, mostRecipients).map((path) => bounded(`<${formatMailbox(path)}>`)),
    recipients: forwardPaths.length,
  };
}
