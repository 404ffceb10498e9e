// Which Maildir a recipient's mail goes to: the operator's path with the recipient put in, pure.

import { createHash } from "node:crypto";
import type { Mailbox } from "../../sdk/contract/event.ts";

// NAME_MAX is 255 on every file system that mail is kept on; the rest is room for the hash.
const longestName = 200;

/** The placeholders of qpsmtpd's maildir plugin. */
const placeholders: { readonly [letter: string]: (mailbox: Mailbox) => string } = {
  l: ({ localPart }) => localPart,
  d: ({ domain }) => domain,
  u: ({ localPart, domain }) => domain === "" ? localPart : `${localPart}@${domain}`,
};

/** The first placeholder in a path pattern that there is none of, `%x`; undefined if all is well. */
export function unknownPlaceholder(pattern: string): string | undefined {
  return pattern.match(/%.?/g)?.find((found) => found !== "%%" && placeholders[found.slice(1)] === undefined);
}

/** The part of a pattern that is the same for every recipient: whole names before the first placeholder. */
export function fixedPart(pattern: string): string {
  const names = pattern.split("/");
  const first = names.findIndex((name) => name.includes("%"));
  return (first < 0 ? names : names.slice(0, first)).join("/");
}

/** The Maildir of one recipient. A recipient can never add a `/`, a `.` or `..` of his own. */
export function maildirPath(pattern: string, mailbox: Mailbox): string {
  const names = pattern.split("/");
  return names.map((name) => name.includes("%") ? expandName(name, mailbox) : name).join("/");
}

function expandName(pattern: string, mailbox: Mailbox): string {
  // The operator's own characters stay as they are, so that `.%l` can be a Maildir++ subfolder.
  const name = pattern.replace(/%(.)/g, (_, letter: string) => {
    const value = placeholders[letter]?.(mailbox);
    return value === undefined ? letter : cleanValue(value, letter === "d" ? "_" : "%");
  });
  if (name.length <= longestName) return name;
  // Cut short, two mailboxes could become one folder; the hash of the whole keeps them apart.
  return `${name.slice(0, longestName)}_${createHash("sha256").update(name).digest("hex").slice(0, 16)}`;
}

/**
 * Two mailboxes never share a name, but for case, in which people write one mailbox in either: whatever is not plain
 * stands as `%` and two digits for each of its octets. So does a leading dot, which would be hidden, or the folder above,
 * or Maildir++'s sign of a subfolder. Nothing is `_`; no domain is called so.
 */
function cleanValue(text: string, nothing: string): string {
  const value = [...text].map(lowered).join("").replace(/^\.|[^a-z0-9@._+=-]/gu, escaped);
  return value === "" ? nothing : value;
}

/** Not the few signs beyond ASCII whose lower case is in it: the Kelvin sign is no k. */
function lowered(character: string): string {
  const lower = character.toLowerCase();
  return /[ -~]/.test(lower) && !/[ -~]/.test(character) ? character : lower;
}

function escaped(character: string): string {
  return [...new TextEncoder().encode(character)].map((octet) => `%${octet.toString(16).padStart(2, "0")}`).join("");
}
