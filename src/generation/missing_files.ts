// What the configuration names, nothing opens at the start, and is not there: a mistyped path would go unnoticed.

import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { displayPath } from "../config/display_path.ts";

/** Where recipients' wishes lie if nobody says otherwise: there need not be any. */
const usualRecipients = "recipients";

/** Each as `path: what`. A folder that somebody named holds somebody's wishes: without it they would all be off. */
export function missingRecipients({ folder, policy: { recipients } }: Config): readonly string[] {
  const isThere = statSync(recipients, { throwIfNoEntry: false }) !== undefined;
  if (isThere || recipients === join(folder, usualRecipients)) return [];
  return [
    `policy.recipients: there is no folder ${
      displayPath(recipients)
    }: make it, or correct the path, which is relative ` +
    "to the folder of the configuration file",
  ];
}

/** Likewise. A database may be put there later, and another may take its place: a warning, no problem. */
export function missingDatabases({ database }: Config): readonly string[] {
  return Object.entries(database).flatMap(([name, choice]) => {
    const why = choice.kind === "sqlite" ? whyUnreadable(choice.path) : undefined;
    return why === undefined ? [] : [`database.${name}.path: ${why}, so whoever asks it is told to come again`];
  });
}

function whyUnreadable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile() ? undefined : `${displayPath(path)} is no file`;
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    if (error.code === "ENOENT") return `there is no file ${displayPath(path)}`;
    return `${displayPath(path)} cannot be read (${String(error.code)})`;
  }
}
