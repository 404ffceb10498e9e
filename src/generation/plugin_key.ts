// What makes two loadings of a plugin the same: its file and everything it is given.

import { createHash } from "node:crypto";
import type { Config, PluginEntry } from "../config/config.ts";
import type { PluginFile } from "./plugin_files.ts";

/** Plugins of one key could stand in for each other. Pure. */
export function pluginKey(
  { digest, lists }: PluginFile,
  { file: _, policy: _judged, order: _at, off: _left, changed: _since, ...entry }: PluginEntry,
  config: Config,
  lines: (list: string) => readonly string[],
  trusted?: readonly string[],
): string {
  const facts = {
    digest,
    entry,
    lists: lists.map((name) => [name, lines(name)]),
    serverName: config.hostname,
    // The digest stands for the signature in it, but not for whether that counts.
    trusted,
  };
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}
