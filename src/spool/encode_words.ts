// Writes what is not ASCII as RFC 2047 has it, for header sections that may not hold UTF-8.

/** Octets of UTF-8 in one encoded word: with `=?utf-8?B?` and `?=` it has 72 characters, and may have 75. RFC 2047 §2. */
const mostOctets = 45;

/** The same words, those with other characters than ASCII encoded together with the blanks between them. RFC 2047 §6.2. */
export function encodeWords(text: string): string {
  if (isAscii(text)) return text;
  // Words stand at even places, the blanks behind them at odd ones.
  const parts = text.split(/([ \t]+)/);
  const encoded: string[] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const first = at;
    while (at + 2 < parts.length && !isAscii(parts[at] ?? "") && !isAscii(parts[at + 2] ?? "")) at += 2;
    const run = parts.slice(first, at + 1).join("");
    encoded.push(isAscii(run) ? run : encodeRun(run), parts[at + 1] ?? "");
  }
  return encoded.join("");
}

function encodeRun(run: string): string {
  return piecesOf(run).map((piece) => `=?utf-8?B?${Buffer.from(piece, "utf8").toString("base64")}?=`).join(" ");
}

/** RFC 2047 §5: no character is divided between two encoded words. */
function piecesOf(run: string): readonly string[] {
  const pieces: string[] = [];
  let piece = "";
  for (const character of run) {
    if (Buffer.byteLength(piece + character) > mostOctets) {
      pieces.push(piece);
      piece = "";
    }
    piece += character;
  }
  return [...pieces, piece];
}

function isAscii(text: string): boolean {
  // deno-lint-ignore no-control-regex -- all of ASCII
  return /^[\x00-\x7f]*$/.test(text);
}
