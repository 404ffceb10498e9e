// `URLSearchParams` of the WHATWG URL Standard §6.2. Part of a plugin only if it names it or `URL`.

import { encodeSets, percentDecode, percentEncode } from "./url/percent.ts";

type Pair = [name: string, value: string];
type Source = string | Iterable<readonly [string, string]> | { readonly [name: string]: string };

export class URLSearchParams {
  #pairs: Pair[];
  /** Tells the URL that these parameters belong to. */
  #changed: (query: string) => void = () => {};

  constructor(source: Source = "") {
    this.#pairs = pairsOf(source);
  }

  /** For URL: parameters that write themselves back into it. */
  static of(query: string, changed: (query: string) => void): URLSearchParams {
    const parameters = new URLSearchParams(query);
    parameters.#changed = changed;
    return parameters;
  }

  get size(): number {
    return this.#pairs.length;
  }

  /** For URL: reads another query, without telling anyone. */
  reread(query: string): void {
    this.#pairs = parseForm(query);
  }

  append(name: string, value: string): void {
    this.#replace([...this.#pairs, [text(name), text(value)]]);
  }

  delete(name: string, value?: string): void {
    this.#replace(this.#pairs.filter((pair) => !matches(pair, name, value)));
  }

  get(name: string): string | null {
    return this.#pairs.find((pair) => matches(pair, name))?.[1] ?? null;
  }

  getAll(name: string): string[] {
    return this.#pairs.filter((pair) => matches(pair, name)).map(([, value]) => value);
  }

  has(name: string, value?: string): boolean {
    return this.#pairs.some((pair) => matches(pair, name, value));
  }

  set(name: string, value: string): void {
    const first = this.#pairs.findIndex((pair) => matches(pair, name));
    if (first < 0) return this.append(name, value);
    const kept = this.#pairs.filter((pair, i) => i <= first || !matches(pair, name));
    this.#replace(kept.with(first, [text(name), text(value)]));
  }

  /** By name, in UTF-16 code units; equal names keep their order. */
  sort(): void {
    this.#replace(this.#pairs.toSorted(([a], [b]) => a < b ? -1 : a > b ? 1 : 0));
  }

  forEach(visit: (value: string, name: string, parameters: URLSearchParams) => void, receiver?: unknown): void {
    for (const [name, value] of this) visit.call(receiver, value, name, this);
  }

  *entries(): IterableIterator<Pair> {
    // By index: the pairs may change under way.
    for (let i = 0; i < this.#pairs.length; i++) {
      const pair = this.#pairs[i];
      if (pair !== undefined) yield [...pair];
    }
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this) yield name;
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this) yield value;
  }

  [Symbol.iterator](): IterableIterator<Pair> {
    return this.entries();
  }

  toString(): string {
    return this.#pairs.map((pair) => pair.map(encodeForm).join("=")).join("&");
  }

  #replace(pairs: Pair[]): void {
    this.#pairs = pairs;
    this.#changed(this.toString());
  }
}

function pairsOf(source: Source): Pair[] {
  if (typeof source !== "object" || source === null) return parseForm(`${source}`.replace(/^\?/, ""));
  if (!(Symbol.iterator in source)) return Object.entries(source).map(([name, value]) => [text(name), text(value)]);
  return [...source as Iterable<readonly [string, string]>].map((pair) => {
    const [name, value, ...rest] = pair;
    if (name === undefined || value === undefined || rest.length > 0) {
      throw new TypeError("Each parameter must be a pair of a name and a value");
    }
    return [text(name), text(value)];
  });
}

function parseForm(query: string): Pair[] {
  return query.split("&").filter((part) => part !== "").map((part) => {
    const equals = part.indexOf("=");
    const name = equals < 0 ? part : part.slice(0, equals);
    return [decodeForm(name), equals < 0 ? "" : decodeForm(part.slice(equals + 1))];
  });
}

function decodeForm(part: string): string {
  return percentDecode(part.replaceAll("+", " "));
}

function encodeForm(part: string): string {
  return percentEncode(part, encodeSets.form).replaceAll("%20", "+");
}

function matches(pair: Pair, name: string, value?: string): boolean {
  return pair[0] === text(name) && (value === undefined || pair[1] === text(value));
}

function text(value: string): string {
  return `${value}`.toWellFormed();
}
