// The configuration as it may be shown: plain JSON, with secrets withheld. Pure.

import type { Json, JsonObject } from "../../sdk/contract/contract.ts";
import type { Manifest, Setting } from "../../sdk/contract/manifest.ts";
import type { Config } from "../config/config.ts";

type Declared = Manifest["settings"];

/** Names of settings of which nobody has said whether they are secret; a file that holds a secret may be named. */
const telling = /pass(?:word|phrase)?|secret|token|credential|private|api_?key|(?:^|_)key$|dsn$/i;
const harmless = /(?:_file|File)$/;

const masked = "***";

/**
 * The schema of the configuration has no key for a secret, only for files that hold one (mask_test.ts), so all
 * of it is shown but what URLs carry. Settings of plugins are anything: their manifests decide, `declared` by label;
 * where those say nothing, the names do.
 */
export function maskConfig(config: Config, declared: (label: string) => Declared | undefined): Json {
  const { plugin, ...tables } = config;
  const entries = plugin.map((entry) => {
    const { settings, ...rest } = entry;
    return { ...plainObject(rest), settings: maskSettings(settings, declared(entry.label) ?? {}) };
  });
  return { ...plainObject(tables), plugin: entries };
}

/** Pure JSON of anything; texts without what is secret in URLs. */
function plain(value: unknown): Json {
  if (typeof value === "string") return withoutUrlSecrets(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "boolean" || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map || value instanceof Set) return [...value].map(plain);
  return typeof value === "object" ? plainObject(value) : null;
}

function plainObject(value: object): JsonObject {
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined && typeof inner !== "function");
  return Object.fromEntries(entries.map(([name, inner]) => [name, plain(inner)]));
}

function maskSettings(settings: JsonObject, declared: Declared): JsonObject {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => {
      const setting = Object.hasOwn(declared, name) ? declared[name] : undefined;
      return [name, isSecret(name, setting) ? masked : setting === undefined ? maskUnknown(value) : plain(value)];
    }),
  );
}

function isSecret(name: string, setting: Setting | undefined): boolean {
  if (setting === undefined) return soundsSecret(name);
  const { secret, choices, type } = setting;
  return secret ?? (choices === undefined && (type === "string" || type === "list") && soundsSecret(name));
}

function soundsSecret(name: string): boolean {
  return telling.test(name) && !harmless.test(name);
}

/** Of a plugin that is not loaded, or a table within its settings. */
function maskUnknown(value: Json): Json {
  if (Array.isArray(value)) return value.map(maskUnknown);
  if (typeof value !== "object" || value === null) return plain(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, soundsSecret(name) ? masked : maskUnknown(inner)]),
  );
}

/** `https://user:password@host/path?token=secret` */
function withoutUrlSecrets(text: string): string {
  return text
    .replace(/(:\/\/(?:[^/@\s:]*:)?)[^/@\s]*@/g, `$1${masked}@`)
    .replace(/(:\/\/[^\s?#]*\?)[^\s#]+/g, `$1${masked}`);
}
