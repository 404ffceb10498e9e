// Mailboxes as they go into trace fields and commands.

import type { Mailbox } from "../../sdk/contract/event.ts";
import { formatMailbox } from "../smtp/path.ts";

/**
 * `<local@domain>`, or `<>`. Every backend writes paths through this: a control character here would be a second
 * command at the next hop or a second field in the file, so it is a TypeError, whoever let it in.
 */
export function formatPath(mailbox: Mailbox | null): string {
  const text = `<${formatMailbox(mailbox)}>`;
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  if (/[\x00-\x1f\x7f]/.test(text)) throw new TypeError(`Control character in the path ${JSON.stringify(text)}`);
  return text;
}
