// The shape of one row in the tables of plugins: what of an old plugin's arguments does not go by its own name here.

import type { JsonObject } from "../../sdk/contract/contract.ts";
import type { Mark } from "../../sdk/contract/event.ts";
import type { Around, Copy, Entry, MadeList } from "./effect.ts";
import type { PluginLine } from "./plugin_line.ts";

/** What one argument comes to. */
export interface ArgumentEffect {
  readonly settings?: JsonObject;
  readonly entries?: readonly Omit<Entry, "from">[];
  readonly copies?: readonly Copy[];
  readonly made?: readonly MadeList[];
  /** In the place of the arguments that all refusing plugins share; `late` needs no plugin naughty. */
  readonly reject?: string;
  readonly type?: string;
  /** What of a need is granted: `{ run: "/bin/checkpassword" }`; without it, all of it. */
  readonly scopes?: { readonly [need: string]: string };
  /** What is done otherwise: a sentence. */
  readonly differs?: string;
  /** Why nothing does this here: the rest of a sentence that begins with the argument's name. */
  readonly lost?: string;
  /** Why it could not be read, likewise. */
  readonly wrong?: string;
}

/** `value` is empty for a word that stands alone. */
export type ArgumentRow = (value: string, around: Around) => ArgumentEffect;

export interface PluginRow {
  /** Ours, if it is called otherwise. */
  readonly plugin?: string;
  /** The argument that a first word alone means. */
  readonly bare?: string;
  /** qpsmtpd's defaults of `reject` and `reject_type`, for plugins that have them. */
  readonly refuses?: { readonly reject: string; readonly type: string; readonly forced?: true };
  /** Whom it spared there, in our marks. */
  readonly immune?: readonly Mark[];
  readonly arguments?: { readonly [name: string]: ArgumentRow };
  /** What it did there without being told, and does not here. */
  readonly standing?: (around: Around, line: PluginLine) => ArgumentEffect;
}

/** Whoever is immune there, of plugins that are asked before anyone can authenticate. */
export const atConnect: readonly Mark[] = ["relay", "allowed"];
export const later: readonly Mark[] = ["relay", "authenticated", "allowed"];

/** Known and done by nobody here, or done without being told. */
export function gone(why: string): ArgumentRow {
  return () => ({ lost: why });
}

/** For tables: the row of `name`, and nothing that only looks like one. */
export function rowOf<Row>(rows: { readonly [name: string]: Row }, name: string): Row | undefined {
  return Object.hasOwn(rows, name) ? rows[name] : undefined;
}

/** All keys that a line may have without being taken for a bare value. */
export function argumentNames(row: PluginRow, settings: JsonObject | object): readonly string[] {
  return [...Object.keys(row.arguments ?? {}), ...Object.keys(settings), "reject", "reject_type", "loglevel"];
}

/** A line's own words, for reports and comments. */
export function asWritten({ place, text }: Pick<PluginLine, "place" | "text">): string {
  return `${place}: ${text}`;
}
