// The last lines of one session, bounded in number and size, with a bound for all sessions together.

import type { Reply } from "../smtp/reply.ts";
import type { DialogueLine } from "./live_session.ts";
import { bounded, replyLines } from "./shown_text.ts";

/** Lines and characters of one session: while somebody looks at sessions, and while nobody does. */
const looked = { lines: 100, characters: 16_384 } as const;
const alone = { lines: 20, characters: 2_048 } as const;

/** Characters of all sessions together, beyond which each keeps no more than its last lines. */
const mostTogether = 16 * 1024 * 1024;
const crowded = { lines: 4, characters: 512 } as const;

/** What the dialogues of all sessions share. */
export interface Room {
  /** Somebody has asked for sessions lately. */
  looked: boolean;
  /** Characters that are kept. */
  characters: number;
}

/** A reply is kept as it is, and put into words when somebody asks. */
type Said = string | Reply;

interface Entry {
  readonly at: number;
  readonly who: DialogueLine["who"];
  readonly said: Said;
  readonly length: number;
}

export class Dialogue {
  readonly #room: Room;
  #entries: Entry[] = [];
  #characters = 0;
  #omitted = 0;

  constructor(room: Room) {
    this.#room = room;
  }

  /** Entries that are not kept any more. */
  get omitted(): number {
    return this.#omitted;
  }

  get lines(): readonly DialogueLine[] {
    return this.#entries.flatMap(({ at, who, said }) => {
      const texts = typeof said === "string" ? [said] : replyLines(said);
      return texts.map((text) => ({ at, who, text }));
    });
  }

  /** `at`: milliseconds after the session began. */
  add(at: number, who: DialogueLine["who"], said: Said): void {
    const whole = lengthOf(said);
    // Longer than any honest reply, from a plugin: not worth keeping whole.
    const kept = typeof said !== "string" && whole > alone.characters ? bounded(replyLines(said).join(" / ")) : said;
    const length = kept === said ? whole : lengthOf(kept);
    this.#entries.push({ at, who, said: kept, length });
    this.#count(length);
    this.#trim();
  }

  /** The session is over: its room is for the others. */
  close(): void {
    this.#count(-this.#characters);
    this.#entries = [];
  }

  #trim(): void {
    const room = this.#room;
    const most = room.characters > mostTogether ? crowded : room.looked ? looked : alone;
    let over = 0;
    let characters = this.#characters;
    // The last one stays, whatever its length.
    while (
      over < this.#entries.length - 1 && (this.#entries.length - over > most.lines || characters > most.characters)
    ) {
      characters -= this.#entries[over++]?.length ?? 0;
    }
    if (over === 0) return;
    this.#entries.splice(0, over);
    this.#count(characters - this.#characters);
    this.#omitted += over;
  }

  #count(characters: number): void {
    this.#characters += characters;
    this.#room.characters += characters;
  }
}

function lengthOf(said: Said): number {
  if (typeof said === "string") return said.length;
  let length = 0;
  for (const line of said.lines) length += line.length;
  return length;
}
