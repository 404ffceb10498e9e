// Checks passwords against what is stored of them: outside the event loop, and never many at a time.

import { scrypt, timingSafeEqual } from "node:crypto";
import { preparePasswordForKeys } from "../sasl/prepare.ts";
import { keysOf } from "../sasl/scram_keys.ts";
import { Secret } from "../sasl/secret.ts";
import type { Fulfilled } from "./capability.ts";
import { memoryOf, type StoredHash, type StoredKeys, type StoredSecret } from "./crypto_secret.ts";
import { done, refused } from "./fulfilled.ts";
import { fulfilledWithin } from "./time_limit.ts";

/** The threads that check are those that write files, four of them: at least two are left to mail. */
const atOnce = 2;
/** Some seconds of work. Guessers who bring more are told to come again, and so is everybody else meanwhile. */
const mostWaiting = 50;
/** Milliseconds, waiting included. */
const longest = 10_000;

type Start = () => void;

/** One for a process. */
export class PasswordChecks {
  #running = 0;
  readonly #waiting = new Set<Start>();

  /** True or false, or refused: `busy` at once, `timeout` after ten seconds, `aborted` with the call. */
  async verify(secret: StoredSecret, password: string, call: AbortSignal): Promise<Fulfilled> {
    if (this.#waiting.size >= mostWaiting) return refused("busy", `${mostWaiting} passwords wait to be checked`);
    return await fulfilledWithin(longest, call, async (signal) => {
      if (!await this.#turn(signal)) return refused("aborted", "the check was not waited for");
      try {
        return done(await isMadeOf(secret, password));
      } finally {
        // Only now: a thread does not stop because nobody waits any more.
        this.#next();
      }
    });
  }

  /** False: it is over before it was this check's turn. */
  #turn(signal: AbortSignal): Promise<boolean> {
    if (this.#running < atOnce) {
      this.#running += 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const giveUp = (): void => {
        this.#waiting.delete(start);
        resolve(false);
      };
      const start = (): void => {
        signal.removeEventListener("abort", giveUp);
        resolve(true);
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiting.add(start);
    });
  }

  #next(): void {
    const [start] = this.#waiting;
    if (start === undefined) {
      this.#running -= 1;
      return;
    }
    this.#waiting.delete(start);
    start();
  }
}

function isMadeOf(secret: StoredSecret, password: string): Promise<boolean> {
  return secret.kind === "keys" ? hasKeys(secret, password) : hasHash(secret, password);
}

async function hasKeys({ known }: StoredKeys, password: string): Promise<boolean> {
  // What cannot be prepared is taken as it is, as PostgreSQL does: an answer at once would be another answer.
  const prepared = new Secret(preparePasswordForKeys(password) ?? password);
  const { salt, iterations, keys } = known;
  const made = await keysOf({ kind: "password", password: prepared, salt, iterations });
  return timingSafeEqual(made.storedKey, keys.storedKey);
}

function hasHash({ cost, salt, hash }: StoredHash, password: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hash.length, { ...cost, maxmem: memoryOf(cost) }, (error, made) => {
      // Where all is well Bun says undefined.
      if (error instanceof Error) reject(error);
      else resolve(timingSafeEqual(made, hash));
    });
  });
}
