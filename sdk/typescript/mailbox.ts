// Mailboxes as text.

import type { Mailbox } from "../contract/event.ts";

/** `local@domain` in lower case, the form in which list files are compared; empty for the null reverse-path. */
export function formatMailbox(mailbox: Mailbox | null): string {
  if (mailbox === null) return "";
  const domain = mailbox.domain === "" ? "" : `@${mailbox.domain}`;
  return `${mailbox.localPart}${domain}`.toLowerCase();
}
