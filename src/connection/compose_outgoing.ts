// The message as it leaves: this server's trace field on top, the edits made, the rest untouched. Pure but for reading.

import type { Edit } from "../../sdk/contract/verdict.ts";
import { composeMessage, type OutgoingMessage } from "../delivery/delivery.ts";
import type { Offer } from "../smtp/extensions.ts";
import type { Session } from "../smtp/session.ts";
import { formatDate, receivedField } from "../smtp/trace.ts";
import { editEnvelope } from "../spool/edit_envelope.ts";
import { editHeaderSection } from "../spool/edit_header_section.ts";
import { formatHeaderSection, parseHeaderSection } from "../spool/header_section.ts";
import type { Content } from "../spool/spool.ts";

/** Milliseconds since 1970; `begun` is when MAIL was accepted. */
export interface Times {
  readonly now: number;
  readonly begun: number;
}

/**
 * `headerEnd` is the offset of the body in `content`. Without header edits the content
 * leaves as it came, octet for octet, below the trace field.
 */
export function composeOutgoing(
  session: Session,
  offer: Offer,
  content: Content,
  headerEnd: number,
  edits: readonly Edit[],
  { now, begun }: Times,
): OutgoingMessage {
  const { transaction } = session;
  if (transaction === undefined) throw new Error("A message is composed inside a transaction only");
  const trace = receivedField({
    session,
    transaction,
    hostname: offer.hostname,
    software: offer.software,
    date: formatDate(now),
  });
  const original = content.head(headerEnd);
  const completed = offer.mode === "submission" ? completions(original, transaction.id, offer.hostname, now) : [];
  const all = [...completed, ...edits];
  const edited = all.some((edit) => edit.edit.endsWith("Header"));
  const section = edited ? editedSection(original, all) : new Uint8Array();
  return composeMessage({
    id: transaction.id,
    envelope: editEnvelope(transaction, edits),
    head: concat(new TextEncoder().encode(trace), section),
    body: content,
    bodyFrom: edited ? headerEnd : 0,
    begun,
    ...(offer.mode === "lmtp" ? { perRecipient: true } : {}),
  });
}

/** What a person's mail program may leave to us. RFC 6409 §8.1, §8.2. */
function completions(section: Uint8Array, id: string, hostname: string, now: number): readonly Edit[] {
  const names = new Set(parseHeaderSection(section).map(({ name }) => name.toLowerCase()));
  const missing = [
    { edit: "addHeader", name: "Message-ID", value: `<${id}@${hostname}>` },
    { edit: "addHeader", name: "Date", value: formatDate(now) },
  ] as const;
  return missing.filter(({ name }) => !names.has(name.toLowerCase()));
}

/** The blank line comes back even where the content had none: fields may have been added to nothing. */
function editedSection(original: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const fields = editHeaderSection(parseHeaderSection(original), edits);
  return concat(formatHeaderSection(fields), new TextEncoder().encode("\r\n"));
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
