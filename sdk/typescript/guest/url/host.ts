// Hosts, WHATWG URL Standard §3.5, without IDNA: a name that is not ASCII is refused, `xn--` labels are taken as they are.

import { encodeSets, percentDecode, percentEncode } from "./percent.ts";

const forbiddenInHost = /[\0\t\n\r #/:<>?@[\\\]^|]/;
const forbiddenInDomain = /[\0-\x20#/:<>?@[\\\]^|%\x7f]/;

/** The host as it is serialised, `undefined` if it is none. */
export function parseHost(text: string, special: boolean): string | undefined {
  if (text.startsWith("[")) {
    const pieces = text.endsWith("]") ? parseIpv6(text.slice(1, -1)) : undefined;
    return pieces === undefined ? undefined : `[${formatIpv6(pieces)}]`;
  }
  if (!special) return forbiddenInHost.test(text) ? undefined : percentEncode(text, encodeSets.control);
  const domain = percentDecode(text).toLowerCase();
  if (domain === "" || forbiddenInDomain.test(domain) || /[^\0-\x7f]/.test(domain)) return undefined;
  return endsInNumber(domain) ? parseIpv4(domain) : domain;
}

function endsInNumber(domain: string): boolean {
  const parts = domain.split(".");
  if (parts.at(-1) === "" && parts.length > 1) parts.pop();
  const last = parts.at(-1) ?? "";
  return /^\d+$/.test(last) || /^0x[0-9a-f]*$/.test(last);
}

/** Up to four numbers, decimal, octal or hexadecimal; the last one fills the octets that are left. */
function parseIpv4(domain: string): string | undefined {
  const parts = domain.split(".");
  if (parts.at(-1) === "" && parts.length > 1) parts.pop();
  if (parts.length > 4) return undefined;
  const numbers = parts.map(parseIpv4Number);
  const last = numbers.pop() ?? NaN;
  if (numbers.some((number) => !(number <= 255)) || !(last < 256 ** (4 - numbers.length))) return undefined;
  const address = numbers.reduce((sum, number, i) => sum + number * 256 ** (3 - i), last);
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

function parseIpv4Number(text: string): number {
  if (/^0x[0-9a-f]*$/.test(text)) return text === "0x" ? 0 : parseInt(text.slice(2), 16);
  if (/^0[0-7]*$/.test(text)) return parseInt(text, 8);
  return /^[1-9]\d*$/.test(text) ? Number(text) : NaN;
}

/** Eight numbers of 16 bits. */
function parseIpv6(text: string): readonly number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, i) => parsePieces(half, i === halves.length - 1));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  if (tail === undefined) return head.length === 8 ? head : undefined;
  const missing = 8 - head.length - tail.length;
  return missing < 1 ? undefined : [...head, ...new Array<number>(missing).fill(0), ...tail];
}

function parsePieces(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const words = text.split(":");
  const pieces: number[] = [];
  for (const [i, word] of words.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(word)) {
      pieces.push(parseInt(word, 16));
    } else {
      const octets = last && i === words.length - 1 ? parseDottedQuad(word) : undefined;
      if (octets === undefined) return undefined;
      pieces.push((octets[0] ?? 0) * 256 + (octets[1] ?? 0), (octets[2] ?? 0) * 256 + (octets[3] ?? 0));
    }
  }
  return pieces.length > 8 ? undefined : pieces;
}

function parseDottedQuad(text: string): readonly number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return parts.map(Number);
}

/** RFC 5952 §4: the first longest run of two or more zeros becomes `::`. */
function formatIpv6(pieces: readonly number[]): string {
  const texts = pieces.map((piece) => piece.toString(16));
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (pieces[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return texts.join(":");
  return `${texts.slice(0, best.start).join(":")}::${texts.slice(best.start + best.length).join(":")}`;
}
