// One limit, as the operator writes it: `key=address rate=60/h burst=20`.

import { quote } from "../shared/pattern.ts";

/** What is counted apart. */
export type Key = "address" | "network" | "sender" | "recipient" | "user";
/** Where it is counted. */
export type Place = "connect" | "mail" | "rcpt";

export interface Limit {
  readonly key: Key;
  readonly at: Place;
  /** As it was written: `60/h`. Another rate begins anew. */
  readonly rate: string;
  /** Milliseconds in which one more is earned. */
  readonly interval: number;
  /** How many may come at once after a rest. */
  readonly burst: number;
}

export type Parsed =
  | { readonly kind: "limit"; readonly limit: Limit }
  | { readonly kind: "problem"; readonly message: string };

/** Where each key is known; the first is the place unless another is named. */
const places: { readonly [K in Key]: readonly [Place, ...Place[]] } = {
  address: ["connect", "mail", "rcpt"],
  network: ["connect", "mail", "rcpt"],
  sender: ["mail", "rcpt"],
  recipient: ["rcpt"],
  user: ["mail", "rcpt"],
};

const units: { readonly [unit: string]: number } = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Of rates and bursts: more than that is no limit. */
const most = 1_000_000;

/** A problem is the end of a sentence that begins with the setting. */
export function parseLimit(text: string): Parsed {
  const words = new Map<string, string>();
  for (const word of text.trim().split(/\s+/)) {
    const [, name = "", value = ""] = /^([a-z]+)=(\S+)$/.exec(word) ?? [];
    if (!["key", "rate", "burst", "at"].includes(name)) return problem(`has ${quote(word)}: write ${example}`);
    if (words.has(name)) return problem(`has ${name} twice`);
    words.set(name, value);
  }
  const key = words.get("key") ?? "";
  if (!isKey(key)) return problem(`has no key of ${Object.keys(places).join(", ")}: write ${example}`);
  const at = words.get("at") ?? places[key][0];
  if (!isPlace(at, key)) return problem(`counts each ${key} at ${quote(at)}: that can be ${places[key].join(", ")}`);
  const rate = words.get("rate") ?? "";
  const [, amount, unit = ""] = /^(\d{1,7})\/([smhd])$/.exec(rate) ?? [];
  const count = Number(amount);
  if (!isCount(count)) return problem(`has no rate such as 10/s, 60/m, 100/h or 1000/d, of 1 to ${most}`);
  const burst = Number(words.get("burst") ?? count);
  if (!isCount(burst)) return problem(`has a burst that is no number from 1 to ${most}`);
  return { kind: "limit", limit: { key, at, rate, interval: (units[unit] ?? 0) / count, burst } };
}

const example = '"key=address rate=60/h burst=20"';

function isKey(text: string): text is Key {
  return Object.hasOwn(places, text);
}

function isPlace(text: string, key: Key): text is Place {
  return places[key].some((place) => place === text);
}

function isCount(count: number): boolean {
  return Number.isInteger(count) && count >= 1 && count <= most;
}

function problem(message: string): Parsed {
  return { kind: "problem", message };
}
