// What an attack is: a plugin that means harm, what a client says while it is loaded, and what must come of it.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Manifest } from "../../sdk/contract/manifest.ts";
import { manifestSection } from "../../sdk/contract/manifest.ts";
import { assemble } from "../support/guarded.ts";
import { plainManifest, withSection } from "../support/wat_plugin.ts";

export type Language = "WAT" | "C" | "TypeScript";

/** What the client says (CRLF is added) and how the reply to it must begin. */
export type Said = readonly [line: string, answer: RegExp];

export interface Attack {
  /** Unique; lower-case words joined by hyphens. */
  readonly name: string;
  readonly language: Language;
  /** What it tries, as the rest of "it tries to". */
  readonly tries: string;
  /** The octets of the plugin. Called once. */
  readonly wasm: () => Uint8Array | Promise<Uint8Array>;
  readonly expected: Expected;
  readonly given?: Given;
  /** Takes memory on purpose: it is watched for longer, and every megabyte is asked for. */
  readonly heavy?: true;
}

export type Expected =
  /** It does not load, and one of the problems says this. `endless`: only the guard ends the attempt. */
  | { readonly kind: "refused"; readonly problem: RegExp; readonly endless?: true }
  | Answered;

export interface Answered {
  readonly kind: "answered";
  readonly talk: readonly Said[];
  /** How many of the calls must be logged as failures of the plugin. */
  readonly failures: number;
  /** Burns its time until it is stopped; else it must end long before. */
  readonly endless?: true;
  /** Milliseconds of `wall` that it waits out. */
  readonly waits?: number;
  /** Clients that say all this at the same time; one if absent. */
  readonly clients?: number;
}

/** What the operator gives to this plugin and not to others. */
export interface Given {
  readonly state?: "fresh" | "keep";
  readonly wall?: number;
  readonly grant?: readonly string[];
}

export const deferred: RegExp = /^451 4\.3\.0 [\x20-\x7e]+$/;
const reply = /^250 /;

export const askMail = "MAIL FROM:<a@example.org>";

/** The question fails, the client is asked to come again, and its session goes on. */
export function failing(more: Partial<Answered> = {}): Answered {
  return { kind: "answered", talk: [[askMail, deferred], ["NOOP", reply]], failures: 1, ...more };
}

/** The question is answered, and this is what the client is told. */
export function answered(answer: RegExp, more: Partial<Answered> = {}): Answered {
  return { kind: "answered", talk: [[askMail, answer], ["NOOP", reply]], failures: 0, ...more };
}

export function refused(problem: RegExp): Expected {
  return { kind: "refused", problem };
}

/** The plugin of this text, registered for `mail` unless the manifest says otherwise. */
export function assembled(wat: string, manifest: { readonly [F in keyof Manifest]?: unknown } = {}): Uint8Array {
  return withManifest(assemble(wat), manifest);
}

export function withManifest(wasm: Uint8Array, manifest: { readonly [F in keyof Manifest]?: unknown }): Uint8Array {
  const hooks: readonly HookName[] = ["mail"];
  const json = JSON.stringify({ ...plainManifest, hooks, ...manifest });
  return withSection(wasm, manifestSection, new TextEncoder().encode(json));
}

/** The name every adversary is configured under. */
export const adversaryName: string = plainManifest.name;
