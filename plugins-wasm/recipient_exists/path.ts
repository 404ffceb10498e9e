// Mailboxes as they stand in commands.

import type { Mailbox } from "#sdk";

// RFC 5321 §4.1.2, with all that is beyond ASCII as RFC 6531 §3.3 has it.
const dotString =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+)*$/iu;

/** `<local@domain>`, quoted where it must be, or `<>`. */
export function pathOf(mailbox: Mailbox | null): string {
  if (mailbox === null) return "<>";
  const { localPart, domain } = mailbox;
  const local = dotString.test(localPart) ? localPart : `"${localPart.replaceAll(/["\\]/g, "\\$&")}"`;
  const path = `<${local}@${domain}>`;
  // Whoever let it in: behind a line break would be a command.
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  if (/[\0-\x1f\x7f]/.test(path)) throw new TypeError("Control character in a path");
  return path;
}
