// Splits DER, the form in which certificates are written: only as much of it as finding names needs.

/** One element. `tag` is its first octet. */
export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** Tags of ITU-T X.690 and RFC 5280 that certificates use. */
export const tags = {
  objectIdentifier: 0x06,
  octetString: 0x04,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The elements that stand one after another; undefined if the octets are anything else. Nothing is copied. */
export function readElements(octets: Uint8Array): readonly Element[] | undefined {
  const elements: Element[] = [];
  let at = 0;
  while (at < octets.length) {
    const header = readHeader(octets, at);
    if (header === undefined || header.end > octets.length) return undefined;
    elements.push({ tag: header.tag, content: octets.subarray(header.start, header.end) });
    at = header.end;
  }
  return elements;
}

/** What is inside an element with this tag; undefined if it has another, or is not well formed inside. */
export function readInside(element: Element | undefined, tag: number): readonly Element[] | undefined {
  return element?.tag === tag ? readElements(element.content) : undefined;
}

/** `1.2.840.113549`; undefined if the octets are no object identifier. */
export function readObjectIdentifier(element: Element | undefined): string | undefined {
  if (element?.tag !== tags.objectIdentifier) return undefined;
  const numbers: number[] = [];
  let number = 0;
  for (const octet of element.content) {
    number = number * 128 + (octet & 0x7f);
    if (number > Number.MAX_SAFE_INTEGER / 128) return undefined;
    if ((octet & 0x80) !== 0) continue;
    numbers.push(number);
    number = 0;
  }
  const [joined, ...others] = numbers;
  if (joined === undefined || ((element.content.at(-1) ?? 0x80) & 0x80) !== 0) return undefined;
  // X.690 §8.19.4: the first two are packed into one.
  const first = Math.min(Math.floor(joined / 40), 2);
  return [first, joined - first * 40, ...others].join(".");
}

function readHeader(octets: Uint8Array, at: number): { tag: number; start: number; end: number } | undefined {
  const tag = octets[at];
  const short = octets[at + 1];
  // Tags of several octets do not occur in certificates, nor do lengths that are not known beforehand.
  if (tag === undefined || short === undefined || (tag & 0x1f) === 0x1f) return undefined;
  if (short < 0x80) return { tag, start: at + 2, end: at + 2 + short };
  const width = short & 0x7f;
  const start = at + 2 + width;
  if (width === 0 || width > 4 || start > octets.length) return undefined;
  let length = 0;
  for (const octet of octets.subarray(at + 2, start)) length = length * 256 + octet;
  return { tag, start, end: start + length };
}
