// How many fields a header section has, without making them: a stranger may have sent a hundred thousand.

const LF = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;
const received = "received:";

export interface Fields {
  readonly all: number;
  /** Those named Received: one for each server that it came through. */
  readonly received: number;
}

/** A line that begins with white space goes on with the field before. RFC 5322 §2.2.3. */
export function countFields(section: Uint8Array): Fields {
  const counted = { all: 0, received: 0 };
  for (let start = 0; start < section.length;) {
    const octet = section[start];
    if (octet !== SPACE && octet !== TAB && octet !== 0x0d) {
      counted.all++;
      if (isReceived(section, start)) counted.received++;
    }
    const end = section.indexOf(LF, start);
    if (end === -1) break;
    start = end + 1;
  }
  return counted;
}

function isReceived(section: Uint8Array, start: number): boolean {
  for (let i = 0; i < received.length; i++) {
    const octet = section[start + i] ?? 0;
    const lower = octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
    if (lower !== received.charCodeAt(i)) return false;
  }
  return true;
}
