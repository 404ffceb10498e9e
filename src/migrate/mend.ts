// From a complaint about the new configuration to what must be left out, so that the rest of it loads. Pure.

/** `line` counts from 1; `table` is the number of a [[plugin]] table, from 1. `why` is a sentence. */
export type Mend =
  | { readonly kind: "line"; readonly file: string; readonly line: number; readonly why: string }
  | { readonly kind: "table"; readonly table: number; readonly why: string }
  | { readonly kind: "key"; readonly key: string; readonly why: string };

/** `folder` is the new folder as problems show it; `keys` are those that were translated. */
export function mendOf(problem: string, folder: string, keys: readonly string[]): Mend | undefined {
  const inside = problem.startsWith(`${folder}/`) ? problem.slice(folder.length + 1) : problem;
  const forPlugin = / \(for plugin\.(\d+), [^()]*\)$/.exec(problem);
  const line = /^([A-Za-z0-9_][A-Za-z0-9_.-]*):(\d+): (.*)$/s.exec(inside);
  if (line !== null && inside !== problem && line[1] !== "qpsmtpd.toml") {
    const why = (line[3] ?? "").replace(/ \(for plugin\.\d+, [^()]*\)$/, "");
    return { kind: "line", file: line[1] ?? "", line: Number(line[2]), why };
  }
  if (forPlugin !== null) return { kind: "table", table: Number(forPlugin[1]), why: problem };
  const table = /^qpsmtpd\.toml: plugin\.(\d+)[ .:](.*)$/s.exec(inside);
  if (table !== null) {
    return { kind: "table", table: Number(table[1]), why: (table[2] ?? "").replace(/^\([^)]*\): /, "") };
  }
  const rest = /^qpsmtpd\.toml: (.*)$/s.exec(inside)?.[1] ?? "";
  const path = /^[A-Za-z0-9_.]+/.exec(rest)?.[0] ?? "";
  const key = keys.find((one) => path === one || path.startsWith(`${one}.`)) ??
    // A complaint about a table is one about what was put there.
    keys.find((one) => path !== "" && one.startsWith(`${path}.`));
  return key === undefined
    ? undefined
    : { kind: "key", key, why: rest.slice(Math.min(key.length, path.length) + 1).trim() };
}
