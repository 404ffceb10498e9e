// Reads Prometheus' text format 0.0.4 as strictly as it is written down, for tests of those who write it.

export interface ParsedFamily {
  readonly type: string;
  readonly samples: readonly ParsedSample[];
}

export interface ParsedSample {
  readonly name: string;
  readonly labels: { readonly [name: string]: string };
  readonly value: number;
}

const name = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\\\\\|\\\\"|\\\\n)*"';
const sample = new RegExp(`^(${name})(?:\\{(${label}(?:,${label})*)\\})? ([+-]?[0-9.]+(?:e[+-]?[0-9]+)?|[+-]Inf|NaN)$`);

/** Families by name. Throws, naming the line, at everything that a strict reader would not take. */
export function parseMetrics(text: string): ReadonlyMap<string, ParsedFamily> {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const families = new Map<string, { type: string; samples: ParsedSample[] }>();
  let current: { family: string; type: string; samples: ParsedSample[] } | undefined;
  let helped = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const help = new RegExp(`^# HELP (${name}) \\S`).exec(line)?.[1];
    const [, typed, type = ""] = new RegExp(`^# TYPE (${name}) (counter|gauge|histogram)$`).exec(line) ?? [];
    if (help !== undefined) helped = help;
    else if (typed !== undefined) {
      if (typed !== helped || families.has(typed)) throw new Error(`a family without help, or twice: ${line}`);
      current = { family: typed, type, samples: [] };
      families.set(typed, current);
    } else if (current === undefined) throw new Error(`a sample before its type: ${line}`);
    else current.samples.push(parseSample(line, current));
  }
  for (const [family, { type, samples }] of families) checkFamily(family, type, samples);
  return families;
}

function parseSample(line: string, { family, type }: { family: string; type: string }): ParsedSample {
  const [, own = "", labels = "", value = ""] = sample.exec(line) ?? [];
  const endings = type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
  if (!endings.some((ending) => own === family + ending)) throw new Error(`no sample of ${family}: ${line}`);
  const pairs = [...labels.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)].map(([, key = "", text = ""]) => {
    return [key, text.replace(/\\(.)/g, (_, escaped: string) => escaped === "n" ? "\n" : escaped)] as const;
  });
  if (new Set(pairs.map(([key]) => key)).size !== pairs.length) throw new Error(`a label twice: ${line}`);
  return { name: own, labels: Object.fromEntries(pairs), value: Number(value.replace("Inf", "Infinity")) };
}

function checkFamily(family: string, type: string, samples: readonly ParsedSample[]): void {
  const keys = samples.map(({ name, labels }) => `${name} ${JSON.stringify(Object.entries(labels).sort())}`);
  if (new Set(keys).size !== keys.length) throw new Error(`${family} has a sample twice`);
  if (type === "counter" && !family.endsWith("_total")) throw new Error(`the counter ${family} is not called so`);
  if (type === "counter" && samples.some(({ value }) => !(value >= 0))) throw new Error(`${family} is below 0`);
  if (type === "histogram") checkHistogram(family, samples);
}

function checkHistogram(family: string, samples: readonly ParsedSample[]): void {
  let [least, bound] = [0, -Infinity];
  let last = "";
  for (const { name, labels: { le, ...others }, value } of samples) {
    const key = JSON.stringify(others);
    if (key !== last) [least, bound, last] = [0, -Infinity, key];
    if (name === `${family}_count` && (value !== least || bound !== Infinity)) throw new Error(`${family}: no +Inf`);
    if (name !== `${family}_bucket`) continue;
    const next = Number((le ?? "").replace("Inf", "Infinity"));
    if (!(next > bound) || value < least) throw new Error(`${family}: bucket ${le} gets less`);
    [least, bound] = [value, next];
  }
}
