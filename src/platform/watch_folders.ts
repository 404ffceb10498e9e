// Notices changes of the files in some folders: told once for many changes that come together.

import { type FSWatcher, watch } from "node:fs";

export interface Watching {
  close(): void;
}

export interface WatchOptions {
  /** Called when the folders have been quiet for a moment after a change. */
  readonly changed: () => void;
  /** Called for each folder that cannot be watched, or not any longer; `why` is one line. */
  readonly failed: (folder: string, why: string) => void;
}

/** Milliseconds without a change after which the writer is taken to be done. */
const quiet = 200;

/** Milliseconds after which somebody who never stops writing is not waited for any longer. */
const patience = 2000;

/**
 * Watches folders rather than files: a file that is replaced by renaming another to its name is a new file. Folders
 * within them are not watched.
 */
export function watchFolders(folders: readonly string[], options: WatchOptions): Watching {
  const burst = new Burst(options.changed);
  const watchers = [...new Set(folders)].flatMap((folder) => {
    const watcher = watchOne(folder, () => burst.add(), (why) => options.failed(folder, why));
    return watcher === undefined ? [] : [watcher];
  });
  return {
    close: () => {
      burst.forget();
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** A folder that is not there is an exception on Node and Bun, an event on Deno. */
function watchOne(folder: string, changed: () => void, failed: (why: string) => void): FSWatcher | undefined {
  const explain = (error: unknown): void => failed(error instanceof Error ? error.message : String(error));
  try {
    return watch(folder, changed).on("error", explain);
  } catch (error) {
    explain(error);
    return undefined;
  }
}

/** Changes that come together. */
class Burst {
  readonly #over: () => void;
  #timer: NodeJS.Timeout | undefined;
  #began = 0;

  constructor(over: () => void) {
    this.#over = over;
  }

  add(): void {
    const now = performance.now();
    if (this.#timer === undefined) this.#began = now;
    clearTimeout(this.#timer);
    const wait = Math.max(0, Math.min(quiet, this.#began + patience - now));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#over();
    }, wait);
  }

  forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
