// Messages for delivery, their content made by a real spool.

import { randomUUID } from "node:crypto";
import type { Mailbox, Parameters } from "../../sdk/contract/event.ts";
import { composeMessage, type OutgoingMessage } from "../../src/delivery/delivery.ts";
import type { ForwardPath } from "../../src/smtp/transaction.ts";
import { findHeaderEnd } from "../../src/spool/header_section.ts";
import type { Content, Spool } from "../../src/spool/spool.ts";

export interface MessageParts {
  readonly content: string | Uint8Array;
  readonly trace?: string;
  /** The header section leaves in `head`, as after an edit; else it stays where it is. */
  readonly edited?: boolean;
  readonly reversePath?: Mailbox | null;
  readonly forwardPaths?: readonly ForwardPath[];
  readonly parameters?: Parameters;
  readonly perRecipient?: boolean;
  readonly begun?: number;
}

/** `local@domain` as a mailbox. */
export function mailbox(text: string): Mailbox {
  const at = text.lastIndexOf("@");
  return { localPart: text.slice(0, at), domain: text.slice(at + 1) };
}

/** Writes the content in pieces as a network would bring them. */
export async function spool(into: Spool, octets: Uint8Array): Promise<Content> {
  const draft = into.open(randomUUID());
  for (let from = 0; from < octets.length; from += 65_536) {
    const result = await draft.write(octets.subarray(from, from + 65_536));
    if (result.kind !== "ok") throw new Error(`Cannot spool: ${result.kind}`);
  }
  const finished = await draft.finish();
  if (finished.kind !== "content") throw new Error(`Cannot spool: ${finished.kind}`);
  return finished.content;
}

/** From a@client.test to b@server.test unless the parts say otherwise; latin1 strings stand for octets. */
export async function spooledMessage(into: Spool, parts: MessageParts): Promise<OutgoingMessage> {
  const octets = typeof parts.content === "string" ? Buffer.from(parts.content, "latin1") : parts.content;
  const body = await spool(into, octets);
  const bodyFrom = parts.edited === true ? findHeaderEnd(octets) : 0;
  return composeMessage({
    id: randomUUID(),
    envelope: {
      reversePath: parts.reversePath === undefined ? mailbox("a@client.test") : parts.reversePath,
      forwardPaths: parts.forwardPaths ?? [mailbox("b@server.test")],
      parameters: parts.parameters ?? {},
    },
    head: Buffer.concat([Buffer.from(parts.trace ?? ""), octets.subarray(0, bodyFrom)]),
    body,
    bodyFrom,
    ...(parts.perRecipient === undefined ? {} : { perRecipient: parts.perRecipient }),
    ...(parts.begun === undefined ? {} : { begun: parts.begun }),
  });
}

/** All octets of something that comes in pieces. */
export async function collect(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
