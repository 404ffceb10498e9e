// The lists `whitelisthelo`, `whitelistsenders` and `whitelistrcpt`: names of hosts, and mailboxes or whole domains.

import type { Given, Mailbox } from "#sdk";
import { formatMailbox } from "#sdk";
import { quote, splitLine } from "../shared/pattern.ts";

// RFC 1035 §2.3.4 bounds names; `_` is found in those of hosts all the same.
const hostName = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+$/;
// RFC 5321 §4.5.3.1.1; letters of any script: RFC 6531 §3.3. Who writes `*` hopes for what it does not mean here.
const mailbox = /^(?:[^\s@*]{0,64}@)?[\p{L}\p{N}\p{M}_-]{1,63}(?:\.[\p{L}\p{N}\p{M}_-]{1,63})*$/u;

/** In lower case. */
export type Names = ReadonlySet<string>;

/** Names of hosts, with a dot in each: nobody knows where else a short one leads to. */
export function readHelloNames(given: Given): Names {
  return readNames(given, "whitelisthelo", hostName, 'is no full name of a host, such as "mail.example.org"');
}

/** `user@example.org`, or `example.org` (`@example.org` is the same) for everybody there. */
export function readMailboxes(given: Given, list: "whitelistsenders" | "whitelistrcpt"): Names {
  const names = readNames(given, list, mailbox, 'is neither "user@example.org" nor "example.org"');
  return new Set([...names].map((name) => name.startsWith("@") ? name.slice(1) : name));
}

export function namesMailbox(names: Names, mailbox: Mailbox): boolean {
  // Without a domain the local part would be taken for one.
  if (mailbox.domain === "") return false;
  return names.has(formatMailbox(mailbox)) || names.has(mailbox.domain.toLowerCase());
}

function readNames(given: Given, list: string, shape: RegExp, wrong: string): Names {
  const names = new Set<string>();
  for (const [i, line] of (given.lists[list] ?? []).entries()) {
    const { pattern } = splitLine(line);
    const name = pattern.toLowerCase();
    if (name.length > 320 || !shape.test(name)) given.problem(`lists.${list}[${i}]`, `${quote(pattern)} ${wrong}`);
    names.add(name);
  }
  return names;
}
