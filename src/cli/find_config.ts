// Where the configuration is, if nobody says: below the current folder, or else the one that came with the program.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Overrides } from "../config/resolve.ts";
import type { Selection } from "./arguments.ts";

/** A configuration to load: the arguments of `loadConfig`. */
export interface Chosen {
  readonly path: string;
  readonly overrides: Overrides;
}

const usual = join("config", "qpsmtpd.toml");

/** `program` is the folder that holds the shipped `config`; tests give another. */
export function chooseConfig(
  selection: Selection,
  program: string = fileURLToPath(new URL("../..", import.meta.url)),
): Chosen {
  const { config, listen, state } = selection;
  const path = config ?? (existsSync(usual) ? usual : join(program, usual));
  return {
    path,
    overrides: {
      ...(listen === undefined ? {} : { listen }),
      ...(state === undefined ? {} : { state: resolve(state) }),
    },
  };
}
