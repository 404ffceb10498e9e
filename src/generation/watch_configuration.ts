// Takes over changed files by itself, while the configuration wants that.

import { isDeepStrictEqual } from "node:util";
import { dirname } from "node:path";
import type { Config } from "../config/config.ts";
import { recipientFolders } from "../config/recipient_files.ts";
import type { Log } from "../log/log.ts";
import { programFolder, shippedPlugins } from "../platform/program_files.ts";
import { Refreshing } from "../remote_lists/refreshing.ts";
import type { RemoteLists } from "../remote_lists/remote_lists.ts";
import { watchFolders, type Watching } from "../platform/watch_folders.ts";

/** Each folder takes a watch of the system's, of which Deno has 128 in all. A change in others needs the signal. */
const mostRecipientFolders = 64;

export class ConfigurationWatch {
  readonly #changed: () => void;
  readonly #log: Log;
  readonly #refreshing: Refreshing | undefined;
  #folders: readonly string[] = [];
  #watching: Watching | undefined;

  /** `lists`: those from elsewhere, if this process asks for them. */
  constructor(changed: () => void, log: Log, lists?: RemoteLists) {
    this.#changed = changed;
    this.#log = log;
    this.#refreshing = lists && new Refreshing(lists, changed, log);
  }

  /** Watches the files this configuration is made of, if it wants that, and the lists that it has from elsewhere. */
  follow(config: Config): void {
    this.#refreshing?.follow(config);
    const folders = config.reload.watch ? foldersOf(config) : [];
    if (isDeepStrictEqual(folders, this.#folders)) return;
    this.#unwatch();
    this.#folders = folders;
    this.#watching = watchFolders(folders, {
      changed: this.#changed,
      failed: (folder, why) => this.#log("warn", "folder not watched", { folder, why }),
    });
  }

  close(): void {
    this.#refreshing?.close();
    this.#unwatch();
  }

  #unwatch(): void {
    this.#watching?.close();
    this.#watching = undefined;
    this.#folders = [];
  }
}

/** Where the configuration, the lists beside it and the plugins lie. */
function foldersOf({ folder, plugins, plugin, policy }: Config): readonly string[] {
  const named = plugin.flatMap(({ file }) => file === undefined ? [] : [dirname(file)]);
  const recipients = recipientFolders(policy.recipients).slice(0, mostRecipientFolders);
  const shipped = programFolder(shippedPlugins);
  return [
    ...new Set([folder, ...recipients, ...plugins.directories, ...named, ...(shipped === undefined ? [] : [shipped])]),
  ];
}
