// Where the configuration is, if nobody says: below the current folder, or else where this kind of program has it.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Overrides } from "../config/resolve.ts";
import { packaging, programFile } from "../platform/program_files.ts";
import type { Selection } from "./arguments.ts";

/** A configuration to load: the arguments of `loadConfig`. */
export interface Chosen {
  readonly path: string;
  readonly overrides: Overrides;
}

const usual = join("config", "qpsmtpd.toml");

/** Where administrators keep that of an installed program. */
const installed = "/etc/qpsmtpd/qpsmtpd.toml";

/** `otherwise` is tried when the current folder has none; tests give another. */
export function chooseConfig(selection: Selection, otherwise: string | undefined = elsewhere()): Chosen {
  const { config, listen, state, admin } = selection;
  const path = config ?? [usual, otherwise].find((path) => path !== undefined && existsSync(path)) ?? usual;
  return {
    path,
    overrides: {
      ...(listen === undefined ? {} : { listen }),
      ...(state === undefined ? {} : { state: resolve(state) }),
      ...(admin === undefined ? {} : { admin }),
    },
  };
}

/** What came with an installed program is a pattern for `init`: nobody could change it, nor write beside it. */
function elsewhere(): string | undefined {
  return packaging() === "checkout" ? programFile("config/qpsmtpd.toml") : installed;
}
