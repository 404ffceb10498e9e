// Asks for fetched lists again from time to time, and tells when one of them has changed.

import type { Config } from "../config/config.ts";
import type { Log } from "../log/log.ts";
import type { RemoteLists } from "./remote_lists.ts";

/** Milliseconds: nobody's server is asked more often. */
const leastBetween = 1000;

export class Refreshing {
  readonly #lists: RemoteLists;
  readonly #changed: () => void;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #busy = false;

  constructor(lists: RemoteLists, changed: () => void, log: Log) {
    this.#lists = lists;
    this.#changed = changed;
    this.#log = log;
  }

  /** In the place of what it followed before. */
  follow(config: Config): void {
    this.close();
    if (Object.keys(config.lists.urls).length === 0) return;
    // More often than is due: what another process has fetched is taken over, and what failed is tried again.
    const between = Math.max(leastBetween, config.lists.refresh / 4);
    this.#timer = setInterval(() => void this.#look(config), between);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(config: Config): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const { changed, warnings } = await this.#lists.refresh(config);
      for (const warning of warnings) this.#log("warn", "list not refreshed", { warning });
      if (changed.length === 0) return;
      this.#log("info", "lists have changed elsewhere", { lists: changed.join(",") });
      this.#changed();
    } catch (error) {
      this.#log("error", "lists not refreshed", { why: String(error) });
    } finally {
      this.#busy = false;
    }
  }
}
