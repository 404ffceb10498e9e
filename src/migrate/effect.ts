// What the translation makes: keys of qpsmtpd.toml, tables of plugins, files to copy, and words for the report.

import type { Json, JsonObject } from "../../sdk/contract/contract.ts";
import type { Setting } from "../../sdk/contract/manifest.ts";
import type { Mark } from "../../sdk/contract/event.ts";
import type { OldFolder } from "./old_folder.ts";

/** One key outside of plugins, such as `limits.message_size`. */
export interface Entry {
  readonly key: string;
  readonly value: Json;
  /** Where it comes from: `databytes:1: 1000000`. */
  readonly from: string;
}

export type Mode = "enforce" | "late" | "monitor";
export type Manner = "reject" | "defer" | "disconnect" | "defer_disconnect";

/** One `[[plugin]]` table. */
export interface Table {
  readonly name: string;
  readonly label?: string;
  readonly grant: readonly string[];
  readonly mode?: Mode;
  readonly as?: Manner;
  readonly immune: readonly Mark[];
  readonly settings: JsonObject;
}

/** What stands in the place of one line of `plugins`: a table, or a comment that says why there is none. */
export interface Step {
  readonly from: string;
  readonly table?: Table;
  readonly comment?: string;
}

/** A list file of the new folder, made of an old file: `from` is a name in the old folder or an absolute path. */
export interface Copy {
  readonly from: string;
  readonly to: string;
  /** Lines behind those of the file. */
  readonly append?: readonly string[];
}

/** A list that is not there as a file of its own. */
export interface MadeList {
  readonly name: string;
  readonly comment: string;
  readonly lines: readonly string[];
}

/** One line of the report; `place` is `FILE:LINE`, or a file. */
export interface Remark {
  /**
   * `became`: what the line is now. `lost`: nothing does it here. `differs`: it is done otherwise. `unreadable`: it could
   * not be understood, and is left out. `next`: what is left to do by hand, without a place.
   */
  readonly kind: "became" | "lost" | "differs" | "unreadable" | "next";
  readonly place: string;
  readonly text: string;
}

/** What one old line comes to. */
export interface Effect {
  readonly steps?: readonly Step[];
  readonly entries?: readonly Entry[];
  readonly copies?: readonly Copy[];
  readonly made?: readonly MadeList[];
  readonly remarks?: readonly Remark[];
}

/** A plugin that is installed here, by its manifest. */
export interface OurPlugin {
  readonly name: string;
  readonly needs: readonly string[];
  readonly lists: readonly string[];
  readonly settings: { readonly [name: string]: Setting };
}

/** What the translation of a line may look at. */
export interface Around {
  readonly old: OldFolder;
  readonly plugins: ReadonlyMap<string, OurPlugin>;
  /** Of qpsmtpd's plugin `naughty`; absent if it is not loaded, so that its refusals were never told. */
  readonly naughty?: { readonly type: string };
  /** From plugins-wasm/DIFFERENCES.md: plugins that there are none of here, and what stands for them. */
  readonly instead: ReadonlyMap<string, string>;
}

/** All effects in order as one. */
export function together(effects: readonly Effect[]): Required<Effect> {
  return {
    steps: effects.flatMap(({ steps }) => steps ?? []),
    entries: effects.flatMap(({ entries }) => entries ?? []),
    copies: effects.flatMap(({ copies }) => copies ?? []),
    made: effects.flatMap(({ made }) => made ?? []),
    remarks: effects.flatMap(({ remarks }) => remarks ?? []),
  };
}
