// One line of a list file: `pattern [reason]`, where the pattern may be a regular expression.

/** Longest pattern taken, in characters: a longer one is a mistake, and each costs time on every call. */
export const maxPattern = 256;

// RFC 5321 §4.2: reply text is printable ASCII; §4.5.3.1.5 gives a reply line 512 octets with code and CRLF.
const reasonText = /^[ -~]{0,400}$/;

// These compile in JavaScript too, but mean something else there: the line would silently match nothing.
const perlOnly = /(?:^|[^\\])(?:\\\\)*(\\[AZzGQEhHKR])|(\[\[:)/;

/** `reason` is what the operator wrote behind the pattern, undefined if nothing. */
export interface ListLine {
  readonly pattern: string;
  readonly reason: string | undefined;
}

export type Compiled =
  | { readonly kind: "expression"; readonly expression: RegExp }
  | { readonly kind: "problem"; readonly message: string };

/** Splits at the first white space; everything behind it is the reason. */
export function splitLine(line: string): ListLine {
  const [, pattern = "", reason = ""] = /^(\S+)\s*(.*)$/.exec(line.trim()) ?? [];
  return { pattern, reason: reason === "" ? undefined : reason };
}

/** What is wrong with the line whatever its pattern means, or undefined. */
export function lineProblem(line: ListLine): string | undefined {
  if (line.pattern.length > maxPattern) return `${quote(line.pattern)} is longer than ${maxPattern} characters`;
  if (line.reason !== undefined && !reasonText.test(line.reason)) {
    return `the reason of ${
      quote(line.pattern)
    } must be printable ASCII of at most 400 characters, as SMTP replies are`;
  }
  return undefined;
}

/** A regular expression, in slashes or not, that ignores case and may match anywhere unless it says `^` or `$`. */
export function compilePattern(pattern: string): Compiled {
  const source = pattern.replace(/^\/(.*)\/i?$/, "$1");
  const foreign = perlOnly.exec(source);
  if (foreign !== null) {
    const construct = foreign[1] ?? foreign[2];
    return problem(`${quote(pattern)} uses ${construct}, which only Perl knows: write ^, $ or [a-z0-9] instead`);
  }
  try {
    // Without the flag `u`: old lists escape freely (`\@`), which that flag forbids.
    return { kind: "expression", expression: new RegExp(source, "i") };
  } catch (error) {
    return problem(`${quote(pattern)} is not a regular expression: ${error instanceof Error ? error.message : error}`);
  }
}

/** A piece of a list line as it stands in a message: quoted, and not too long to read. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function problem(message: string): Compiled {
  return { kind: "problem", message };
}
