// The sessions under way in this process: what each is doing, what was said, and a way to end it.

import type { Session } from "../smtp/session.ts";
import type { Reins, SessionWatch, TurnedAway, Watch } from "../watch/watch.ts";
import type { Room } from "./dialogue.ts";
import type { LiveSession, SessionSummary } from "./live_session.ts";
import { Observed } from "./observed.ts";

/** Sessions that are told of at once, the oldest of them: an answer has to end somewhere. */
const mostListed = 10_000;

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

  /** The oldest first, 10,000 at the most. For the next five minutes more is kept of what is said. */
  list(): readonly SessionSummary[] {
    this.#look();
    const listed: SessionSummary[] = [];
    for (const { observed } of this.#sessions.values()) {
      if (listed.length >= mostListed) break;
      listed.push(observed.summary(this.#options.pid));
    }
    return listed;
  }

  /** One of them, with all that is kept; undefined: there is none with this code. */
  find(id: string): LiveSession | undefined {
    this.#look();
    return this.#sessions.get(id)?.observed.view(this.#options.pid);
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
