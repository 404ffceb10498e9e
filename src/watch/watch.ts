// What a session tells those who only look on: the live view, the metrics, the traces. None of them can change anything.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { HostRequest } from "../hooks/askable.ts";
import type { Reply } from "../smtp/reply.ts";
import type { Session } from "../smtp/session.ts";

/** What an onlooker may do to a session. */
export interface Reins {
  /** Ends it with 421 as soon as it waits for its client; mail data that is on its way comes to its end first. */
  end(): void;
}

/** Somebody who looks on. Every function is quick, and never throws. */
export interface Watch {
  /** A client is about to be greeted. Undefined: nobody looks on at this one. */
  begin(session: Session, reins: Reins): SessionWatch | undefined;
  /** A client was sent away before there was a session; or by a bug, in the middle of one. */
  turnedAway(client: string, why: TurnedAway): void;
}

/** `unwelcome`: no PROXY header came, or no TLS; `bug`: one of ours, and its log has more. */
export const turnedAwayWords = ["stopping", "overloaded", "tooMany", "tooManyFromYou", "unwelcome", "bug"] as const;
export type TurnedAway = (typeof turnedAwayWords)[number];

/** One session as it goes on. `left` comes once, and last but for what is found at the observing hooks. */
export interface SessionWatch {
  /** A line from the client without its end, secrets withheld, at most 512 characters. */
  heard(line: string): void;
  /**
   * The plugins of one hook are about to be asked; there is at least one. At the observing hooks nobody waits for them:
   * they overlap with whatever comes next, `left` included.
   */
  asking(session: Session, hook: HookName): void;
  /** What one of them found. */
  found(session: Session, hook: HookName, found: Found): void;
  /** They have been asked, as far as they had to be. */
  asked(session: Session, hook: HookName, milliseconds: number): void;
  /** The client was told this, secrets withheld; `before` is the session that was, `after` the one that is. */
  told(before: Session, after: Session, replies: readonly Reply[]): void;
  /** The message is about to be handed to the delivery backend. */
  delivering(session: Session): void;
  /** What the backend said: `taken`, `refused`, `full`, `failed`; one for each recipient where each has its own. */
  delivered(session: Session, results: readonly string[], milliseconds: number): void;
  /**
   * What became of a message of `size` octets: `accepted`, or another kind of `Ending`. `milliseconds`: since its last
   * octet came.
   */
  ended(session: Session, ending: string, size: number, milliseconds: number): void;
  left(session: Session): void;
}

/** What one plugin found, under the operator's policy. Secrets of the client are withheld. */
export interface Found {
  readonly plugin: string;
  /** `refuses`: the client is told now; `late`: later; `tolerated`: never. */
  readonly kind: "skipped" | "failed" | "passes" | "accepts" | "refuses" | "late" | "tolerated";
  /** The recipient that RCPT named. */
  readonly about?: string | undefined;
  /** Its words, of any length. */
  readonly why?: string | undefined;
  /** Microseconds that the call took, waiting included; absent if it was not called. */
  readonly micros?: number | undefined;
  readonly fuel?: number | undefined;
  /** As what a refusal counts: `reject`, `defer`, `discard`. */
  readonly as?: string | undefined;
  /** Of a plugin that failed. */
  readonly failure?: string | undefined;
  readonly score?: number | undefined;
  readonly marks?: string | undefined;
  /** What it asked of the host meanwhile; absent: nothing. */
  readonly requests?: readonly HostRequest[] | undefined;
}

/** All of them as one; nobody if there are none. */
export function watchOf(watches: readonly Watch[]): Watch | undefined {
  if (watches.length < 2) return watches[0];
  return {
    begin: (session, reins) => {
      const all = watches.map((watch) => watch.begin(session, reins)).filter((each) => each !== undefined);
      return all.length < 2 ? all[0] : new Together(all);
    },
    turnedAway: (client, why) => watches.forEach((watch) => watch.turnedAway(client, why)),
  };
}

/** A class, since a crowd of sessions has one each: functions of their own would cost ten times as much memory. */
class Together implements SessionWatch {
  readonly #all: readonly SessionWatch[];

  constructor(all: readonly SessionWatch[]) {
    this.#all = all;
  }

  heard(line: string): void {
    for (const each of this.#all) each.heard(line);
  }

  asking(session: Session, hook: HookName): void {
    for (const each of this.#all) each.asking(session, hook);
  }

  found(session: Session, hook: HookName, found: Found): void {
    for (const each of this.#all) each.found(session, hook, found);
  }

  asked(session: Session, hook: HookName, milliseconds: number): void {
    for (const each of this.#all) each.asked(session, hook, milliseconds);
  }

  told(before: Session, after: Session, replies: readonly Reply[]): void {
    for (const each of this.#all) each.told(before, after, replies);
  }

  delivering(session: Session): void {
    for (const each of this.#all) each.delivering(session);
  }

  delivered(session: Session, results: readonly string[], milliseconds: number): void {
    for (const each of this.#all) each.delivered(session, results, milliseconds);
  }

  ended(session: Session, ending: string, size: number, milliseconds: number): void {
    for (const each of this.#all) each.ended(session, ending, size, milliseconds);
  }

  left(session: Session): void {
    for (const each of this.#all) each.left(session);
  }
}
