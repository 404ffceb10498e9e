// The message as it leaves: this server's trace fields on top, the edits made, the rest untouched. Pure but for reading.

import type { AuthenticationResult, Edit } from "../../sdk/contract/verdict.ts";
import { formatResultsField } from "../authentication_results/format_field.ts";
import { composeMessage, type OutgoingMessage } from "../delivery/delivery.ts";
import type { Offer } from "../smtp/extensions.ts";
import type { Session } from "../smtp/session.ts";
import { formatDate, receivedField } from "../smtp/trace.ts";
import { editEnvelope } from "../spool/edit_envelope.ts";
import { parseHeaderSection } from "../spool/header_section.ts";
import type { Content } from "../spool/spool.ts";
import { outgoingSection } from "./outgoing_section.ts";

/** Milliseconds since 1970; `begun` is when MAIL was accepted. */
export interface Times {
  readonly now: number;
  readonly begun: number;
}

/** `headerEnd` is the offset of the body in `content`. */
export interface Incoming {
  readonly content: Content;
  readonly headerEnd: number;
}

/** What the plugins want changed, and what the checks have found. */
export interface Changes {
  readonly edits: readonly Edit[];
  readonly results: readonly AuthenticationResult[];
}

/**
 * Without header edits the content leaves as it came, octet for octet, below the trace fields; but for those fields that
 * claim to be results of ours.
 */
export function composeOutgoing(
  session: Session,
  offer: Offer,
  { content, headerEnd }: Incoming,
  { edits, results }: Changes,
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
  const { id, add } = offer.results;
  const utf8 = transaction.parameters["SMTPUTF8"] === true;
  const section = outgoingSection(original, all, { id, utf8 });
  // RFC 8601 §4: on top of all, as trace fields are.
  const onTop = add ? formatResultsField(id, results, utf8) : "";
  return composeMessage({
    id: transaction.id,
    envelope: editEnvelope(transaction, edits),
    head: concat(new TextEncoder().encode(onTop + trace), section ?? new Uint8Array()),
    body: content,
    bodyFrom: section === undefined ? 0 : headerEnd,
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

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
