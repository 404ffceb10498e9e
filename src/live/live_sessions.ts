// The sessions under way in this process: what each is doing, what was said, and a way to end it.

import type { Session } from "../smtp/session.ts";
import type { Reins, SessionWatch, TurnedAway, Watch } from "../watch/watch.ts";
import type { Room } from "./dialogue.ts";
import type { LiveSession } from "./live_session.ts";
import { Observed } from "./observed.ts";

/** Sessions that are told of at once, the oldest of them: an answer has to end somewhere. */
const mostListed = 10_000;

/** Of how many of the oldest, and of the newest, the dialogue is told: all of them would stop the server for a while. */
const mostWhole = 250;

/** Milliseconds for which more is kept after somebody has asked. */
const lookedAtFor = 300_000;

export interface LiveOptions {
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class LiveSessions implements Watch {
  readonly #options: LiveOptions;
  readonly #sessions = new Map<string, { readonly observed: Observed; readonly reins: Reins }>();
  readonly #room: Room = { looked: false, characters: 0 };
  #looking: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /**
   * The oldest first, 10,000 at the most. Of more than 500, those in the middle come without dialogue and findings; `find`
   * has them. For the next five minutes more is kept of what is said.
   */
  list(): readonly LiveSession[] {
    this.#look();
    const listed: LiveSession[] = [];
    const last = Math.min(this.size, mostListed);
    for (const { observed } of this.#sessions.values()) {
      const place = listed.length;
      if (place >= last) break;
      listed.push(observed.view(this.#options.pid, place < mostWhole || place >= last - mostWhole));
    }
    return listed;
  }

  /** One of them with all that is kept; undefined: there is none with this code. */
  find(id: string): LiveSession | undefined {
    this.#look();
    return this.#sessions.get(id)?.observed.view(this.#options.pid, true);
  }

  /** Ends it with 421 as soon as it waits for its client. False: there is none with this code. */
  end(id: string): boolean {
    const found = this.#sessions.get(id);
    found?.reins.end();
    return found !== undefined;
  }

  begin(session: Session, reins: Reins): SessionWatch {
    const { id } = session;
    const observed = new Observed(session, {
      room: this.#room,
      now: this.#options.now,
      left: () => this.#sessions.delete(id),
    });
    this.#sessions.set(id, { observed, reins });
    return observed;
  }

  turnedAway(_client: string, _why: TurnedAway): void {}

  #look(): void {
    this.#room.looked = true;
    clearTimeout(this.#looking);
    this.#looking = setTimeout(() => this.#room.looked = false, lookedAtFor);
    this.#looking.unref();
  }
}
