// What makes two loadings of a plugin the same: its file and everything it is given.

import { createHash } from "node:crypto";
import type { Config, PluginEntry } from "../config/config.ts";
import type { PluginFile } from "./plugin_files.ts";

/** Plugins of one key could stand in for each other. Pure. */
export function pluginKey(
  { digest, lists }: PluginFile,
  { file: _, policy: _judged, off: _left, ...entry }: PluginEntry,
  config: Config,
  lines: (list: string) => readonly string[],
): string {
  const facts = {
    digest,
    entry,
    lists: lists.map((name) => [name, lines(name)]),
    serverName: config.hostname,
  };
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}
