// Reads the header section of a message into fields and back, octet for octet.

/** One field, or lines that are none. */
export interface Field {
  /** As written; empty for lines that are not a field, which are kept as they are. */
  readonly name: string;
  /** The whole field with its folding and final CRLF, one character an octet (latin1): no octet is ever changed. */
  readonly raw: string;
  /** Unfolded and trimmed; decoded as UTF-8, U+FFFD for what is not. Empty for lines that are not a field. */
  readonly value: string;
}

const blankLine = "\r\n";

/**
 * The offset where the body begins: behind the blank line, or the whole length if there is none. RFC 5322 §2.1. Content
 * that begins with CRLF has an empty header section.
 */
export function findHeaderEnd(bytes: Uint8Array): number {
  return new HeaderEndFinder().push(bytes) ?? bytes.length;
}

/** The same for content that arrives in pieces; each octet is looked at once. */
export class HeaderEndFinder {
  // As if a line had ended before the content, which makes a leading CRLF the blank line that it is.
  #tail = latin1("\r\n");
  #seen = -2;

  /** The offset of the body in the whole content, as soon as it is known; not to be called again after that. */
  push(piece: Uint8Array): number | undefined {
    const edge = Buffer.concat([this.#tail, piece.subarray(0, 3)]);
    const atEdge = edge.indexOf("\r\n\r\n");
    if (atEdge >= 0) return this.#seen + atEdge + 4;
    const inside = view(piece).indexOf("\r\n\r\n");
    if (inside >= 0) return this.#seen + this.#tail.length + inside + 4;
    const both = piece.length >= 3 ? piece : Buffer.concat([this.#tail, piece]);
    const before = this.#seen + this.#tail.length + piece.length;
    this.#tail = Buffer.from(both.subarray(Math.max(0, both.length - 3)));
    this.#seen = before - this.#tail.length;
    return undefined;
  }
}

/** Splits a header section (what lies before `findHeaderEnd`, blank line included or not) into its fields. */
export function parseHeaderSection(bytes: Uint8Array): readonly Field[] {
  const lines = view(bytes).toString("latin1").split(/(?<=\r\n)/);
  if (lines.at(-1) === blankLine || lines.at(-1) === "") lines.pop();
  const raws: string[] = [];
  for (const line of lines) {
    const last = raws.length - 1;
    // A first line that begins with white space continues nothing; it is kept, and is no field.
    if (/^[ \t]/.test(line) && last >= 0) raws[last] += line;
    else raws.push(line);
  }
  return raws.map(parseField);
}

/** The octets of the fields, without the blank line. */
export function formatHeaderSection(fields: readonly Field[]): Uint8Array {
  return latin1(fields.map((field) => field.raw).join(""));
}

export function parseField(raw: string): Field {
  // RFC 5322 §4.5: older mailers put white space before the colon.
  const match = /^([\x21-\x39\x3b-\x7e]+)[ \t]*:/.exec(raw);
  if (match === null || match[1] === undefined) return { name: "", raw, value: "" };
  return { name: match[1], raw, value: unfold(raw.slice(match[0].length)) };
}

// RFC 5322 §2.2.3: unfolding removes the line ends and nothing else.
function unfold(text: string): string {
  const line = text.replace(/\r\n/g, "").replace(/^[ \t]+|[ \t]+$/g, "");
  // deno-lint-ignore no-control-regex -- octets, not characters
  return /^[\x00-\x7f]*$/.test(line) ? line : latin1(line).toString("utf8");
}

function latin1(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
