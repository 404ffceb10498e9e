// The figures of GET /metrics: Prometheus text in, sums and histograms out.

/** @typedef {{ readonly labels: { readonly [name: string]: string }, readonly value: number }} Sample */
/** @typedef {ReadonlyMap<string, readonly Sample[]>} Figures By the name of the series. */
/** @typedef {{ readonly bound: number, readonly count: number }} Bucket `count`: those in this bucket alone. */
/** @typedef {{ readonly count: number, readonly sum: number, readonly buckets: readonly Bucket[] }} Histogram */

/**
 * Lines that are not understood are passed over.
 * @param {string} text
 * @returns {Figures}
 */
export function parseFigures(text) {
  /** @type {Map<string, Sample[]>} */
  const figures = new Map();
  for (const line of text.split("\n")) {
    const [, name, labels = "", value = ""] = /^([a-zA-Z_]\w*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const samples = figures.get(name) ?? [];
    samples.push({ labels: parseLabels(labels), value: numberOf(value) });
    figures.set(name, samples);
  }
  return figures;
}

/**
 * @param {string} text
 * @returns {{ readonly [name: string]: string }}
 */
function parseLabels(text) {
  const pairs = text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries([...pairs].map(([, name = "", value = ""]) => {
    return [name, value.replace(/\\(.)/g, (_, escaped) => escaped === "n" ? "\n" : escaped)];
  }));
}

/**
 * @param {string} text
 * @returns {number}
 */
function numberOf(text) {
  return text === "+Inf" ? Infinity : Number(text);
}

/**
 * The sum of all samples whose labels have these values.
 * @param {Figures | undefined} figures
 * @param {string} name
 * @param {(labels: Sample["labels"]) => boolean} [fits]
 * @returns {number}
 */
export function total(figures, name, fits = () => true) {
  return (figures?.get(name) ?? []).reduce((sum, { labels, value }) => fits(labels) ? sum + value : sum, 0);
}

/**
 * Sums by the value of one label, in the order they come.
 * @param {Figures | undefined} figures
 * @param {string} name
 * @param {string} label
 * @returns {Map<string, number>}
 */
export function sums(figures, name, label) {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const { labels, value } of figures?.get(name) ?? []) {
    const key = labels[label] ?? "";
    found.set(key, (found.get(key) ?? 0) + value);
  }
  return found;
}

/**
 * Histograms by the value of one label.
 * @param {Figures | undefined} figures
 * @param {string} name Without `_bucket`.
 * @param {string} label
 * @returns {Map<string, Histogram>}
 */
export function histograms(figures, name, label) {
  const totals = sums(figures, `${name}_sum`, label);
  return new Map([...totals].map(([key, sum]) => {
    const own = (figures?.get(`${name}_bucket`) ?? []).filter(({ labels }) => (labels[label] ?? "") === key);
    const upTo = sums(new Map([["own", own]]), "own", "le");
    let below = 0;
    const buckets = [...upTo].map(([le, value]) => {
      const bucket = { bound: numberOf(le), count: value - below };
      below = value;
      return bucket;
    });
    return [key, { count: below, sum, buckets }];
  }));
}

/**
 * The bound in seconds that so many of a hundred stay below.
 * @param {Histogram} histogram
 * @param {number} percent
 * @returns {number}
 */
export function percentile({ count, buckets }, percent) {
  let seen = 0;
  for (const bucket of buckets) {
    seen += bucket.count;
    if (seen >= count * percent / 100) return bucket.bound;
  }
  return Infinity;
}
