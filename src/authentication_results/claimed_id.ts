// Whose results an Authentication-Results field claims to be: those of our own id that came from outside are forged.

/**
 * Does the field claim to be ours? `value` is unfolded. RFC 8601 §5. Strict in what it reads, generous in what it takes for
 * ours: a field without an id that can be read is ours if it names us where the id should be, for some reader may.
 */
export function claimsToBe(id: string, value: string): boolean {
  // A reader that decodes RFC 2047 before it parses sees another id than is written here.
  if (/=\?/.test(headOf(value))) return true;
  const claimed = readId(value);
  if (claimed !== undefined) return canonical(claimed) === canonical(id);
  return squeezed(/^\s*[("]/.test(value) ? value : headOf(value)).includes(squeezed(id));
}

/** What stands before the results. */
function headOf(value: string): string {
  return value.split(";", 1).join("");
}

/** The first word behind blanks and comments, if it ends where a word may; `undefined` if there is none. RFC 8601 §2.2. */
function readId(value: string): string | undefined {
  const from = skipComments(value, 0);
  if (from === undefined) return undefined;
  const quoted = /^"((?:[^"\\]|\\[^])*)"/.exec(value.slice(from));
  const text = quoted?.[1]?.replace(/\\([^])/g, "$1") ?? /^[^\s()<>@,;:\\"/[\]?=]+/.exec(value.slice(from))?.[0];
  if (text === undefined) return undefined;
  const end = from + (quoted?.[0] ?? text).length;
  return end === value.length || /[\s;(]/.test(value.charAt(end)) ? text : undefined;
}

/** The first place that is neither white space nor in a comment, which may hold comments. RFC 5322 §3.2.2. */
function skipComments(value: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < value.length; at++) {
    const character = value.charAt(at);
    if (depth > 0 && character === "\\") at++;
    else if (character === "(") depth++;
    else if (depth > 0 && character === ")") depth--;
    else if (depth === 0 && !/\s/.test(character)) return at;
  }
  return undefined;
}

/** Without case and final dot; a name in Unicode as its A-labels, and without what those leave out. RFC 5890 §2.3.2.1. */
function canonical(id: string): string {
  const name = id.trim().replace(/\.$/, "");
  if (/^[ -~]*$/.test(name)) return name.toLowerCase();
  return URL.parse(`http://${name}`)?.hostname ?? name;
}

function squeezed(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/[^a-z0-9.-]/g, "");
}
