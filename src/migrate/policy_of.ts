// The arguments that all refusing plugins share, `reject` and `reject_type`, as mode and manner of a table.

import * as v from "valibot";
import { manner } from "../config/policy_schema.ts";
import type { Manner, Mode } from "./effect.ts";
import type { PluginRow } from "./plugin_row.ts";

export interface Given {
  readonly reject?: string | undefined;
  readonly type?: string | undefined;
}

/** Without a mode it is "enforce". Each remark is the rest of a sentence about the line. */
export interface Policy {
  readonly mode?: Mode;
  readonly as?: Manner;
  readonly differs: readonly string[];
  readonly wrong: readonly string[];
}

const manners: ReadonlyMap<string, Manner | undefined> = new Map([
  ["temp", "defer"],
  ["soft", "defer"],
  ["perm", undefined],
  ["hard", undefined],
  ["disconnect", "disconnect"],
  ["temp_disconnect", "defer_disconnect"],
]);

/** `naughty` is that plugin's reject_type, if it is loaded. */
export function policyOf(
  refuses: NonNullable<PluginRow["refuses"]>,
  given: Given,
  naughty: { readonly type: string } | undefined,
): Policy {
  const reject = given.reject ?? refuses.reject;
  const late = reject === "late" || (reject === "naughty" && naughty !== undefined);
  const type = (refuses.forced === true ? undefined : given.type) ??
    (late && refuses.type === "perm" ? naughty?.type ?? refuses.type : refuses.type);
  const known = manners.has(type);
  const as = told(manners.get(type));
  const mode = modeOf(reject, late);
  return {
    ...(mode === undefined ? {} : { mode }),
    // greylisting defers by itself.
    ...(as === undefined || (refuses.forced === true && as === "defer") ? {} : { as }),
    differs: reject === "naughty" && !late ? [untold] : [],
    wrong: known ? [] : [`reject_type must be temp, perm, disconnect or temp_disconnect`],
  };
}

/** For now and closed is not to be had everywhere: for now is the nearest. */
function told(wanted: Manner | undefined): Manner | undefined {
  return wanted === undefined || v.is(manner, wanted) ? wanted : "defer";
}

const untold = "its refusals were remembered for the plugin naughty, which was not loaded: they were never told, " +
  'and are only logged here. To tell them, write mode = "late"';

function modeOf(reject: string, late: boolean): Mode | undefined {
  if (reject === "0") return "monitor";
  if (late) return "late";
  return reject === "naughty" ? "monitor" : undefined;
}
