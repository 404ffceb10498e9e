// Makes the changes that plugins asked of an envelope.

import type { Mailbox, Parameters } from "../../sdk/contract/event.ts";
import type { Edit } from "../../sdk/contract/verdict.ts";
import type { ForwardPath } from "../smtp/transaction.ts";

/** RFC 5321 §2.3.1: everything about a message that is not its content. */
export interface Envelope {
  /** `null` is the null reverse-path `<>`. */
  readonly reversePath: Mailbox | null;
  readonly forwardPaths: readonly ForwardPath[];
  /** Of MAIL. */
  readonly parameters: Parameters;
}

/** Applies the edits in order, passing over those of header fields. No forward-path may be left: that is the caller's to answer. */
export function editEnvelope(envelope: Envelope, edits: readonly Edit[]): Envelope {
  return edits.reduce(editOnce, envelope);
}

function editOnce(envelope: Envelope, edit: Edit): Envelope {
  const { forwardPaths } = envelope;
  switch (edit.edit) {
    case "addRecipient":
      if (forwardPaths.some((path) => sameMailbox(path, edit.forwardPath))) return envelope;
      return { ...envelope, forwardPaths: [...forwardPaths, edit.forwardPath] };
    case "removeRecipient":
      return { ...envelope, forwardPaths: forwardPaths.filter((path) => !sameMailbox(path, edit.forwardPath)) };
    case "changeReversePath":
      return { ...envelope, reversePath: edit.reversePath };
    default:
      return envelope;
  }
}

/** RFC 5321 §2.4: domains are compared without case; a local part is its own host's business. */
export function sameMailbox(one: Mailbox, other: Mailbox): boolean {
  return one.localPart === other.localPart && one.domain.toLowerCase() === other.domain.toLowerCase();
}
