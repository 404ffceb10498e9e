// Whose credentials may be checked now: of one address a few at a time, so that no flood takes all there is for that.

import { clientKey } from "../networks/network_of.ts";

export interface Turn {
  /** Once, when the check is over. */
  leave(): void;
}

export interface TurnBounds {
  /** Checks of one address at the same time. */
  readonly atOnce: number;
  /** Milliseconds to wait for a turn. */
  readonly within: number;
}

/**
 * Passwords are checked two at a time in a process, and fifty may wait: what one address may have of that leaves most of
 * it to others.
 */
const usual: TurnBounds = { atOnce: 8, within: 10_000 };

interface Line {
  /** Turns that are taken. */
  taken: number;
  /** In order of arrival. */
  readonly waiting: Set<() => void>;
}

/** One for all who ask the same plugins; a /64 is one address. An address with nobody under way costs nothing. */
export class AddressTurns {
  readonly #bounds: TurnBounds;
  readonly #lines = new Map<string, Line>();

  constructor(bounds: TurnBounds = usual) {
    this.#bounds = bounds;
  }

  /** Undefined: others of this address were before it for too long. */
  async enter(address: string): Promise<Turn | undefined> {
    const key = clientKey(address);
    const line = this.#lines.get(key) ?? { taken: 0, waiting: new Set() };
    this.#lines.set(key, line);
    if (line.taken < this.#bounds.atOnce) line.taken++;
    else if (!await this.#wait(line)) return undefined;
    return { leave: () => this.#leave(key, line) };
  }

  #wait({ waiting }: Line): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isTurn: boolean): void => {
        clearTimeout(timer);
        waiting.delete(enter);
        resolve(isTurn);
      };
      const enter = (): void => end(true);
      const timer = setTimeout(end, this.#bounds.within, false);
      waiting.add(enter);
    });
  }

  #leave(key: string, line: Line): void {
    // The turn goes from one to the next.
    for (const next of line.waiting) return next();
    line.taken--;
    if (line.taken === 0) this.#lines.delete(key);
  }
}
