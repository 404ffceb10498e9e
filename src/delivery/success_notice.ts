// The notification that a message was relayed to a server which sends none, or delivered. RFC 3461 §6, RFC 3464. Pure.

import { isAscii } from "node:buffer";
import { formatMailbox } from "../smtp/path.ts";
import { formatDate } from "../smtp/trace.ts";
import type { ForwardPath } from "../smtp/transaction.ts";
import { decodeXtext } from "../smtp/xtext.ts";
import type { Content } from "../spool/spool.ts";
import { composeMessage, type Delivered, type OutgoingMessage } from "./delivery.ts";
import { formatPath } from "./format_path.ts";
import { escapeUtf8 } from "./hop_parameters.ts";
import { headerSectionOf } from "./message_header.ts";

export interface NoticeContext {
  /** `relayed`: handed to a server that will not notify. `delivered`: it lies in the mailbox. RFC 3464 §2.3.3 */
  readonly action: "relayed" | "delivered";
  /** Of this server. */
  readonly hostname: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Header sections beyond it are not sent back, in octets. */
const mostReturned = 32_768;

/**
 * The recipients to notify of: those who asked for it, of a message that was taken for them. None for the null
 * reverse-path, to which no notification goes. RFC 3461 §5.2.
 */
export function recipientsToNotify(message: OutgoingMessage, delivered: Delivered): readonly ForwardPath[] {
  const { reversePath, forwardPaths } = message.envelope;
  if (reversePath === null) return [];
  return forwardPaths.filter(({ parameters }, index) => {
    const result = delivered.kind === "each" ? delivered.results[index] : delivered;
    const notify = parameters?.["NOTIFY"];
    return result?.kind === "taken" && typeof notify === "string" && /(?:^|,)SUCCESS(?:,|$)/i.test(notify);
  });
}

/** A message of its own from the null reverse-path: multipart/report (RFC 6522) with the recipients' fates. */
export function successNotice(
  message: OutgoingMessage,
  recipients: readonly ForwardPath[],
  context: NoticeContext,
): OutgoingMessage {
  const { parameters, reversePath } = message.envelope;
  const requireTls = parameters["REQUIRETLS"] === true;
  const to = formatPath(reversePath);
  const utf8 = !isAscii(Buffer.from(to));
  const boundary = `=_${message.id.replace(/[^A-Za-z0-9]/g, "_").slice(0, 50)}`;
  const parts = [
    part("text/plain; charset=utf-8", explanation(recipients, context)),
    part("message/delivery-status", statusFields(message, recipients, context)),
    ...returnedHeader(message, requireTls),
  ];
  const text = `${fields(message, to, boundary, context)}\r\n` +
    `${parts.map((each) => `--${boundary}\r\n${each}\r\n`).join("")}--${boundary}--\r\n`;
  return composeMessage({
    id: `${message.id}.notice`,
    envelope: {
      reversePath: null,
      forwardPaths: reversePath === null ? [] : [reversePath],
      // RFC 8689 §5: protected like what it speaks of.
      parameters: { ...(requireTls ? { REQUIRETLS: true } : {}), ...(utf8 ? { SMTPUTF8: true } : {}) },
    },
    head: Buffer.from(text),
    body: noContent,
    bodyFrom: 0,
  });
}

function fields(
  message: OutgoingMessage,
  to: string,
  boundary: string,
  { action, hostname, now }: NoticeContext,
): string {
  return [
    `From: Mail Delivery System <MAILER-DAEMON@${hostname}>`,
    `To: ${to}`,
    `Subject: Your message was ${action}`,
    `Date: ${formatDate(now)}`,
    `Message-ID: <${message.id}.notice@${hostname}>`,
    "Auto-Submitted: auto-replied", // RFC 3834 §5
    "MIME-Version: 1.0",
    `Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="${boundary}"`,
  ].map((field) => `${field}\r\n`).join("");
}

function explanation(recipients: readonly ForwardPath[], { action, hostname }: NoticeContext): string {
  const what = action === "delivered"
    ? "Your message was delivered to:"
    : "Your message was handed to a mail server that does not notify of delivery, for:";
  const names = recipients.map((path) => `    ${formatPath(path)}\r\n`).join("");
  return `This is the mail server ${hostname}.\r\n\r\n${what}\r\n\r\n${names}`;
}

/** RFC 3464 §2: fields of the message, then a group of fields for each recipient. */
function statusFields(
  { envelope }: OutgoingMessage,
  recipients: readonly ForwardPath[],
  { action, hostname }: NoticeContext,
): string {
  const envelopeId = decoded(envelope.parameters["ENVID"]);
  const groups = recipients.map((path) => {
    const [type = "", ...address] = asText(path.parameters?.["ORCPT"]).split(";");
    const original = type.toLowerCase() === "utf-8" ? escapeUtf8(address.join(";")) : decoded(address.join(";"));
    const mailbox = formatMailbox(path);
    return [
      ...original === undefined || original === "" ? [] : [`Original-Recipient: ${type};${original}`],
      `Final-Recipient: ${isAscii(Buffer.from(mailbox)) ? "rfc822" : "utf-8"};${escapeUtf8(mailbox)}`, // RFC 6533 §4
      `Action: ${action}`,
      "Status: 2.0.0",
    ];
  });
  const first = [
    ...envelopeId === undefined || envelopeId === "" ? [] : [`Original-Envelope-Id: ${envelopeId}`],
    `Reporting-MTA: dns;${hostname}`,
  ];
  return [first, ...groups].map((group) => group.map((field) => `${field}\r\n`).join("")).join("\r\n");
}

/** RFC 3461 §4.3: only the header section, when nothing failed; and nothing that TLS might not protect. */
function returnedHeader(message: OutgoingMessage, requireTls: boolean): readonly string[] {
  const section = headerSectionOf(message);
  if (requireTls || section.length > mostReturned || !isAscii(section)) return [];
  return [part("text/rfc822-headers", Buffer.from(section).toString("latin1").replace(/(?:\r\n)+$/, "\r\n"))];
}

function part(type: string, text: string): string {
  return `Content-Type: ${type}\r\n\r\n${text}`;
}

/** What an xtext value stands for, if it is fit for a field. */
function decoded(value: string | true | undefined): string | undefined {
  const text = decodeXtext(asText(value));
  return text !== undefined && /^[ -~]*$/.test(text) ? text : undefined;
}

function asText(value: string | true | undefined): string {
  return typeof value === "string" ? value : "";
}

/** All of a notice is in its head. */
const noContent: Content = {
  size: 0,
  eightBit: false,
  pieces: () => [],
  head: () => new Uint8Array(),
  discard: () => Promise.resolve(),
};
