// Takes over changed files by itself, while the configuration wants that.

import { isDeepStrictEqual } from "node:util";
import { dirname } from "node:path";
import type { Config } from "../config/config.ts";
import type { Log } from "../log/log.ts";
import { watchFolders, type Watching } from "../platform/watch_folders.ts";

export class ConfigurationWatch {
  readonly #changed: () => void;
  readonly #log: Log;
  #folders: readonly string[] = [];
  #watching: Watching | undefined;

  constructor(changed: () => void, log: Log) {
    this.#changed = changed;
    this.#log = log;
  }

  /** Watches what this configuration is made of, or nothing if it does not want to be watched. */
  follow(config: Config): void {
    const folders = config.reload.watch ? foldersOf(config) : [];
    if (isDeepStrictEqual(folders, this.#folders)) return;
    this.close();
    this.#folders = folders;
    this.#watching = watchFolders(folders, {
      changed: this.#changed,
      failed: (folder, why) => this.#log("warn", "folder not watched", { folder, why }),
    });
  }

  close(): void {
    this.#watching?.close();
    this.#watching = undefined;
    this.#folders = [];
  }
}

/** Where the configuration, the lists beside it and the plugins lie. */
function foldersOf({ folder, plugins, plugin }: Config): readonly string[] {
  const named = plugin.flatMap(({ file }) => file === undefined ? [] : [dirname(file)]);
  return [...new Set([folder, ...plugins.directories, ...named])];
}
