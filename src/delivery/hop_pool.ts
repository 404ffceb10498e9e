// Sessions with the next server that wait for their next message, and how many may be open at once.

import { type Hop, type HopOpened, openHop } from "./hop_greeting.ts";
import type { HopSettings } from "./hop_settings.ts";

/** How long a session is kept open for the next message, and how long it may take to close; milliseconds. */
const idleTime = 30_000;
const quitTime = 1_000;

interface Idle {
  readonly hop: Hop;
  readonly timer: NodeJS.Timeout;
}

export class HopPool {
  readonly #settings: HopSettings;
  readonly #idle: Idle[] = [];
  readonly #waiting: (() => void)[] = [];
  #free: number;
  #closed = false;

  constructor(settings: HopSettings) {
    this.#settings = settings;
    this.#free = settings.connections;
  }

  /** Waits for the right to one session, at most `deadline` milliseconds; false: none came free. */
  enter(deadline: number): Promise<boolean> {
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const enter = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        resolve(false);
      }, deadline);
      this.#waiting.push(enter);
    });
  }

  /** Gives the right back. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }

  /** A session that served before and seems to be alive. The last one first, so that the others can grow old. */
  takeIdle(): Hop | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      clearTimeout(idle.timer);
      if (!idle.hop.connection.lost) return idle.hop;
    }
    return undefined;
  }

  open(): Promise<HopOpened> {
    return openHop(this.#settings, this.#settings.tls);
  }

  /** For one message only: without the protection that the others need, if it cannot be had. Not to be kept. */
  openRelaxed(): Promise<HopOpened> {
    return openHop(this.#settings, "may");
  }

  /** Keeps a session for the next message, unless it is lost. */
  keep(hop: Hop): void {
    if (this.#closed) return hop.connection.quit(quitTime);
    if (hop.connection.lost) return;
    const timer = setTimeout(() => {
      this.#idle.splice(this.#idle.findIndex((idle) => idle.hop === hop), 1);
      hop.connection.quit(quitTime);
    }, idleTime);
    this.#idle.push({ hop, timer });
  }

  close(): void {
    this.#closed = true;
    for (let hop = this.takeIdle(); hop !== undefined; hop = this.takeIdle()) hop.connection.quit(quitTime);
  }
}
