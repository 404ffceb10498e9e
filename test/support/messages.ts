// Messages with everything in them that a careless server would change.

/** Lines without their CRLF, as files for smtp-source and swaks hold them. */
export function awkwardMessage(id: string): readonly string[] {
  return [
    "From: <author@example.org>",
    "To: <reader@localhost>",
    `Subject: awkward ${id}`,
    "Date: Sun, 22 Nov 2026 12:00:00 +0000",
    `Message-ID: <${id}@example.org>`,
    "X-Folded: one",
    "\ttwo",
    "  three",
    "X-Empty:",
    "",
    ".",
    "..",
    "...three dots",
    ".leading dot",
    "trailing space ",
    "\ttab",
    "",
    "From the beginning of a line",
    "x".repeat(998),
    "ordinary text ".repeat(40),
    "",
    "",
    ".",
    "last line",
  ];
}

/** The same as octets on the wire before dot-stuffing: every line ends in CRLF. */
export function asContent(lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join("");
}

/** The same as dot-stuffed mail data without the final dot. */
export function asMailData(lines: readonly string[]): string {
  return lines.map((line) => `${line.startsWith(".") ? "." : ""}${line}\r\n`).join("");
}

/** What lies in a Maildir without the fields this server put on top: Return-Path, Delivered-To and its trace fields. */
export function withoutTrace(stored: Uint8Array): string {
  let text = Buffer.from(stored).toString("latin1");
  for (;;) {
    const field = /^(?:Return-Path|Delivered-To|Authentication-Results|Received):[^\n]*\n(?:[ \t][^\n]*\n)*/.exec(text);
    if (field === null) return text;
    text = text.slice(field[0].length);
  }
}
