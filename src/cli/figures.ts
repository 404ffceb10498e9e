// Reads figures as GET /metrics tells them, Prometheus' text format, and finds single ones. Pure.

export interface Figure {
  readonly name: string;
  readonly labels: { readonly [name: string]: string };
  readonly value: number;
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ([^ ]+)(?: \d+)?$/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Comments, and whatever is no figure, are passed over. */
export function readFigures(text: string): readonly Figure[] {
  return text.split("\n").flatMap((each) => {
    const [, name, labels = "", value] = line.exec(each) ?? [];
    if (name === undefined || !Number.isFinite(Number(value))) return [];
    const pairs = [...labels.matchAll(label)].map(([, key = "", raw = ""]) => [key, unescaped(raw)] as const);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => character === "n" ? "\n" : character);
}

/** All of this name together. */
export function sumOf(figures: readonly Figure[], name: string): number {
  return figures.reduce((sum, figure) => figure.name === name ? sum + figure.value : sum, 0);
}

/** By one of their labels. */
export function byLabel(figures: readonly Figure[], name: string, wanted: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const figure of figures) {
    const key = figure.labels[wanted];
    if (figure.name === name && key !== undefined) found.set(key, (found.get(key) ?? 0) + figure.value);
  }
  return found;
}
