// The kinds of value that config/qpsmtpd.toml is made of, as valibot schemas.
//
// Messages say what was expected; explain.ts adds what was found.

import { isIP } from "node:net";
import * as v from "valibot";
import type { JsonObject } from "../../sdk/contract/contract.ts";
import { parseServerAddress, type ServerAddress } from "../dns/server_address.ts";
import { type Network, parseNetwork } from "../networks/network.ts";
import { type CamelKeys, camelKeys } from "./camel_keys.ts";
import { domainPattern, durationPattern, listenPattern, sizePattern } from "./units.ts";
import { type ListenAddress, parseDuration, parseListenAddress, parseSize } from "./units.ts";

/** A table that may be left out: every key has a default. Its keys become camelCase. */
export function section<const Entries extends v.ObjectEntries>(
  description: string,
  entries: Entries,
): v.GenericSchema<unknown, CamelKeys<v.InferOutput<v.StrictObjectSchema<Entries, undefined>>>> {
  const keys = v.pipe(v.strictObject(entries), v.transform(camelKeys));
  const schema: v.GenericSchema = v.pipe(v.optional<v.GenericSchema, unknown>(keys, {}), v.description(description));
  // `v.pipe` over generic entries is beyond the compiler; each use is checked against an interface of config.ts.
  return schema as v.GenericSchema<unknown, CamelKeys<v.InferOutput<v.StrictObjectSchema<Entries, undefined>>>>;
}

/** A key with a default. */
export function keyed<Output>(
  schema: v.GenericSchema<unknown, Output>,
  standard: unknown,
  description: string,
): v.GenericSchema<unknown, Output> {
  const optional: v.GenericSchema = v.optional<v.GenericSchema, unknown>(schema, standard);
  return v.pipe(optional, v.description(description)) as v.GenericSchema<unknown, Output>;
}

/** A text such as `25MB`, in octets. */
export function size(standard: string, description: string): v.GenericSchema<unknown, number> {
  const message = `expected a size such as ${standard}`;
  const schema = v.pipe(
    v.string(message),
    v.regex(sizePattern, message),
    v.check((text) => parseSize(text) !== undefined, message),
    v.transform((text) => parseSize(text) ?? 0),
  );
  return keyed<number>(schema, standard, description);
}

/** A text such as `5m`, in milliseconds. */
export function duration(standard: string, description: string): v.GenericSchema<unknown, number> {
  const message = `expected a time such as ${standard} (units ms, s, m, h, d; at most 24d)`;
  const schema = v.pipe(
    v.string(message),
    v.regex(durationPattern, message),
    v.check((text) => parseDuration(text) !== undefined, message),
    v.transform((text) => parseDuration(text) ?? 0),
  );
  return keyed<number>(schema, standard, description);
}

/** A whole number from 1 to `most`. */
export function count(standard: number, most: number, description: string): v.GenericSchema<unknown, number> {
  const message = `expected a whole number from 1 to ${most}`;
  const schema = v.pipe(v.number(message), v.integer(message), v.minValue(1, message), v.maxValue(most, message));
  return keyed<number>(schema, standard, description);
}

/** `true` or `false`. */
export function flag(standard: boolean, description: string): v.GenericSchema<unknown, boolean> {
  return keyed<boolean>(v.boolean("expected true or false"), standard, description);
}

/** One of a few words. */
export function choice<const Words extends readonly [string, ...string[]]>(
  words: Words,
): v.GenericSchema<unknown, Words[number]> {
  const quoted = words.map((word) => `"${word}"`);
  const message = `expected ${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
  return v.picklist(words, message);
}

/** A path as written; no system call takes a NUL. */
export function path(): v.GenericSchema<unknown, string> {
  const message = "expected a path";
  return v.pipe(v.string(message), v.regex(/^[^\0]+$/, message));
}

/** A path in which `%l`, `%d` and `%u` stand for parts of a mailbox. */
export function pathPattern(): v.GenericSchema<unknown, string> {
  const message = "expected a path with no placeholders but %l, %d and %u";
  return v.pipe(v.string(message), v.regex(/^(?:[^%\0]|%[ldu])+$/, message));
}

/** A plugin's name or label. */
export function label(): v.GenericSchema<unknown, string> {
  const message = "expected lower-case letters, digits and underscores";
  return v.pipe(v.string(message), v.regex(/^[a-z][a-z0-9_]{0,63}$/, message));
}

/** RFC 5321 §4.1.2 Domain. */
export function domain(): v.GenericSchema<unknown, string> {
  const message = "expected a domain name such as mx.example.org";
  return v.pipe(v.string(message), v.regex(domainPattern, message));
}

/** A name or an address to connect to. */
export function host(): v.GenericSchema<unknown, string> {
  const message = "expected a host name or an IP address";
  return v.pipe(v.string(message), v.check((text) => isIP(text) !== 0 || domainPattern.test(text), message));
}

/** `HOST:PORT` or `[IPV6]:PORT`. */
export function listenAddress(): v.GenericSchema<unknown, ListenAddress> {
  const message = "expected HOST:PORT, [IPV6]:PORT, unix:/PATH, fd:NUMBER or systemd:NAME";
  return v.pipe(
    v.string(message),
    v.regex(listenPattern, message),
    v.check((text) => parseListenAddress(text) !== undefined, message),
    v.transform((text) => parseListenAddress(text) ?? { host: "", port: 0 }),
  );
}

/** `ADDRESS` or `ADDRESS:PORT`, a name server's. */
export function serverAddress(): v.GenericSchema<unknown, ServerAddress> {
  const message = "expected an IP address such as 192.0.2.53 or [2001:db8::53]:5353";
  return v.pipe(
    v.string(message),
    v.check((text) => parseServerAddress(text) !== undefined, message),
    v.transform((text) => parseServerAddress(text) ?? { address: "", port: 0 }),
  );
}

/** `192.0.2.0/24`, `2001:db8::/32`, or one address. */
export function network(): v.GenericSchema<unknown, Network> {
  return v.pipe(
    v.string("expected a network such as 192.0.2.0/24 or 2001:db8::/32, or an address"),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const parsed = parseNetwork(dataset.value);
      if (parsed.kind === "network") return parsed.network;
      addIssue({ message: parsed.why });
      return NEVER;
    }),
  );
}

/** A user or a group of this system. */
export function systemName(): v.GenericSchema<unknown, string> {
  const message = "expected the name of a user or a group";
  return v.pipe(v.string(message), v.regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/, message));
}

/** A size that may be 0, which is no bound. */
export function sizeOrNone(standard: string, description: string): v.GenericSchema<unknown, number> {
  const message = "expected a size such as 100MB, or 0B for no bound";
  const schema = v.pipe(
    v.string(message),
    v.check((text) => text === "0B" || parseSize(text) !== undefined, message),
    v.transform((text) => parseSize(text) ?? 0),
  );
  return keyed<number>(schema, standard, description);
}

/** A time that may be 0. */
export function durationOrNone(standard: string, description: string): v.GenericSchema<unknown, number> {
  const message = "expected a time such as 2s, or 0s for none";
  const schema = v.pipe(
    v.string(message),
    v.check((text) => text === "0s" || parseDuration(text) !== undefined, message),
    v.transform((text) => parseDuration(text) ?? 0),
  );
  return keyed<number>(schema, standard, description);
}

/** What a plugin may be granted, by its form: src/plugins/grants.ts knows the words. */
export function grant(): v.GenericSchema<unknown, string> {
  const message = `expected a capability such as "dns" or "tcp:127.0.0.1:3310"`;
  return v.pipe(v.string(message), v.regex(/^[!-~]{1,300}$/, message));
}

/** `least` to `most` of the same. */
export function list<Item>(
  item: v.GenericSchema<unknown, Item>,
  least: number,
  most: number,
): v.GenericSchema<unknown, readonly Item[]> {
  const message = `expected a list of ${least} to ${most}`;
  return v.pipe(v.array(item, message), v.minLength(least, message), v.maxLength(most, message));
}

/** A plugin's settings: anything that JSON can say. */
export function settings(): v.GenericSchema<unknown, JsonObject> {
  const message = "expected text, a number, true, false, a list or a table";
  const value = v.pipe(v.unknown(), v.check(isJson, message));
  return v.record(v.string(), value, "expected a table") as v.GenericSchema<unknown, JsonObject>;
}

/** TOML's dates, times, infinities and `nan` are not JSON. The TOML parser bounds the depth. */
function isJson(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value === "string" || typeof value === "boolean") return true;
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== "object" || value === null || value instanceof Date) return false;
  return Object.values(value).every(isJson);
}
