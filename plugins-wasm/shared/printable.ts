// Text of strangers for replies and logs.

/** At most so many characters, and `?` for each that is not printable ASCII (RFC 5321 §4.2). */
export function printable(text: string, most: number): string {
  return text.slice(0, most).replaceAll(/[^ -~]/g, "?");
}
