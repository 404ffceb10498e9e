// Holds back what a session says in detail until it is known whether something was refused in it.
//
// qpsmtpd's logging/adaptive, with three differences: a line is written once, not twice; what is held is bounded; and
// the refusal of one transaction is forgotten when another begins.

import { type Entry, levels, type Outcome } from "./log.ts";
import type { Levels } from "./targets.ts";

/** Of one session: entries, and characters of them. The oldest go first. */
const mostEntries = 500;
const mostCharacters = 128 * 1024;

/** Of all sessions, and how many those are; then that which began first is written as if it were over. */
const mostTogether = 16 * 1024 * 1024;
const mostSessions = 100_000;

/** A session about which something is remembered. */
interface Held {
  entries: Entry[];
  characters: number;
  /** Entries that were left out. */
  missing: number;
  /** Something was refused, in the transaction of this id or outside of any. */
  refusedIn: { readonly transaction: Entry["fields"][string] } | undefined;
}

export class HoldBack {
  readonly #level: number;
  readonly #accepted: number;
  readonly #refused: number;
  readonly #write: (entry: Entry) => void;
  readonly #sessions = new Map<string, Held>();
  #characters = 0;

  constructor({ level, accepted, refused }: Levels, write: (entry: Entry) => void) {
    this.#level = levels.indexOf(level);
    this.#accepted = levels.indexOf(accepted);
    this.#refused = levels.indexOf(refused);
    this.#write = write;
  }

  /** The number of the least important level that can be written at all. */
  get least(): number {
    return Math.min(this.#level, this.#accepted, this.#refused);
  }

  take(entry: Entry, outcome?: Outcome): void {
    const rank = levels.indexOf(entry.level);
    const { session } = entry.fields;
    if (typeof session !== "string") return this.#writeFrom(this.#level, rank, entry);
    // Nothing to wait for.
    if (this.#accepted === this.#refused) return this.#writeFrom(this.#accepted, rank, entry);
    if (outcome === "turned away") return this.#writeFrom(this.#refused, rank, entry);
    this.#forgetRefusal(session, entry);
    if (outcome === "refused") this.#refuse(session, entry);
    const refused = this.#sessions.get(session)?.refusedIn !== undefined;
    if (outcome === "accepted" || outcome === "over") this.#settle(session);
    if (refused) return this.#writeFrom(this.#refused, rank, entry);
    if (outcome !== undefined) return this.#writeFrom(this.#accepted, rank, entry);
    if (rank >= Math.max(this.#accepted, this.#refused)) return this.#write(entry);
    if (rank >= Math.min(this.#accepted, this.#refused)) this.#hold(session, entry);
  }

  /** Writes what is held of every session as if it were over. */
  flush(): void {
    for (const session of [...this.#sessions.keys()]) this.#settle(session);
  }

  #writeFrom(least: number, rank: number, entry: Entry): void {
    if (rank >= least) this.#write(entry);
  }

  /** The next transaction is judged anew. */
  #forgetRefusal(session: string, { fields: { transaction } }: Entry): void {
    const refusedIn = this.#sessions.get(session)?.refusedIn;
    if (refusedIn === undefined || transaction === undefined || transaction === refusedIn.transaction) return;
    this.#sessions.delete(session);
  }

  #refuse(session: string, { fields: { transaction } }: Entry): void {
    const held = this.#heldOf(session);
    this.#release(session, held, this.#refused);
    held.refusedIn = { transaction };
  }

  #settle(session: string): void {
    const held = this.#sessions.get(session);
    if (held === undefined) return;
    this.#release(session, held, this.#accepted);
    this.#sessions.delete(session);
  }

  #release(session: string, held: Held, least: number): void {
    const { entries, missing } = held;
    this.#characters -= held.characters;
    Object.assign(held, { entries: [], characters: 0, missing: 0 });
    if (missing > 0 && least === Math.min(this.#accepted, this.#refused)) {
      this.#write(leftOut(session, missing, entries[0]));
    }
    for (const entry of entries) this.#writeFrom(least, levels.indexOf(entry.level), entry);
  }

  #hold(session: string, entry: Entry): void {
    const held = this.#heldOf(session);
    held.entries.push(entry);
    this.#count(held, charactersOf(entry));
    while (held.entries.length > mostEntries || held.characters > mostCharacters) {
      const oldest = held.entries.shift();
      if (oldest === undefined) break;
      this.#count(held, -charactersOf(oldest));
      held.missing++;
    }
    while (this.#characters > mostTogether) {
      const [first] = this.#sessions.keys();
      if (first === undefined) break;
      this.#settle(first);
    }
  }

  #count(held: Held, characters: number): void {
    held.characters += characters;
    this.#characters += characters;
  }

  #heldOf(session: string): Held {
    const known = this.#sessions.get(session);
    if (known !== undefined) return known;
    const [first] = this.#sessions.keys();
    if (first !== undefined && this.#sessions.size >= mostSessions) this.#settle(first);
    const held: Held = { entries: [], characters: 0, missing: 0, refusedIn: undefined };
    this.#sessions.set(session, held);
    return held;
  }
}

function leftOut(session: string, lines: number, next: Entry | undefined): Entry {
  const time = next?.time ?? new Date().toISOString();
  return { time, level: "warn", message: "lines held back were left out", fields: { session, lines } };
}

/** What an entry takes in memory, roughly. */
function charactersOf({ fields }: Entry): number {
  let characters = 100;
  for (const value of Object.values(fields)) characters += typeof value === "string" ? 20 + value.length : 30;
  return characters;
}
