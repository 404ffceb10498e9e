// Finds the Authentication-Results fields in a message that claim to be ours: nobody but us may say so. RFC 8601 §5.

import { claimsToBe } from "./claimed_id.ts";

/** A field of a header section; `value` is unfolded. */
interface NamedField {
  readonly name: string;
  readonly value: string;
}

const fieldName = "authentication-results";

export function isForged({ name, value }: NamedField, id: string): boolean {
  return name.toLowerCase() === fieldName && claimsToBe(id, value);
}

const LF = 0x0a;

/** Is there such a field at all, whosever it is? Costs a look at the first octet of every line: most messages have none. */
export function mentionsResults(section: Uint8Array): boolean {
  for (let start = 0; start < section.length;) {
    if (isNamed(section, start)) return true;
    const end = section.indexOf(LF, start);
    if (end === -1) return false;
    start = end + 1;
  }
  return false;
}

function isNamed(section: Uint8Array, start: number): boolean {
  for (let i = 0; i < fieldName.length; i++) {
    const octet = section[start + i] ?? 0;
    const lower = octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
    if (lower !== fieldName.charCodeAt(i)) return false;
  }
  return true;
}
