// What the host is told of an exception: `Name: message` and the stack in terms of the plugin's own files.

/** `[source names, then for each line of the bundle its source's number (-1: none) and line]`, as JSON. */
type LineTable = readonly [sources: readonly string[], lines: readonly number[]];

// builder/bundle.ts puts the table here, after it has bundled this very file.
const lineTable = "qpsmtpd line table";

const mostOctets = 4096;

export function describeError(error: unknown): string {
  try {
    const text = error instanceof Error
      ? `${error.name}: ${error.message}\n${inSourceLines(error.stack ?? "")}`
      : `Error: the plugin threw ${typeof error} ${String(error)}`;
    return bounded(text.trimEnd());
  } catch {
    return "Error: the plugin threw something that cannot be described";
  }
}

/** QuickJS names lines of the bundle; the author knows only his own. */
function inSourceLines(stack: string): string {
  const [sources, lines]: LineTable = lineTable.startsWith("[") ? JSON.parse(lineTable) : [[], []];
  return stack.replace(/plugin\.js:(\d+)(?::\d+)?/g, (whole: string, line: string) => {
    const source = sources[lines[2 * Number(line) - 2] ?? -1];
    return source === undefined ? whole : `${source}:${lines[2 * Number(line) - 1]}`;
  });
}

function bounded(text: string): string {
  let octets = 0;
  let end = 0;
  for (const character of text.toWellFormed()) {
    const code = character.codePointAt(0) ?? 0;
    octets += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (octets > mostOctets) break;
    end += character.length;
  }
  return text.toWellFormed().slice(0, end);
}
