// Takes mail data off the wire as long as the client keeps its pace.

import { judge, type Pace, type PaceLimits, sessionLeft, unpaced } from "../limits/pace.ts";
import * as replies from "../smtp/replies.ts";
import type { Reply } from "../smtp/reply.ts";
import type { Talk } from "./talk.ts";

/** Every way waiting for mail data can end. */
export type Paced =
  | { readonly kind: "chunk"; readonly chunk: Uint8Array }
  | { readonly kind: "gone" }
  /** It was too slow: this is said, and the connection closed. */
  | { readonly kind: "late"; readonly reply: Reply };

const tooLate: { readonly [K in "silent" | "tooSlow" | "messageTooLong" | "sessionTooLong"]: typeof replies.timedOut } =
  {
    silent: replies.timedOut,
    tooSlow: replies.tooSlow,
    messageTooLong: replies.tooSlow,
    sessionTooLong: replies.sessionTooLong,
  };

/** For one message; the time between two pieces of BDAT is that of the commands. */
export class PacedData {
  readonly #talk: Talk;
  readonly #limits: PaceLimits;
  #pace: Pace = unpaced;

  constructor(talk: Talk) {
    const { timeouts: { data, message }, bounds: { slowest } } = talk.desk;
    this.#talk = talk;
    this.#limits = { data, message, slowest };
  }

  /** The next octets; at most `most` of them, what is beyond stays on the wire. */
  async next(most: number = Infinity): Promise<Paced> {
    const { wire, desk } = this.#talk;
    let wait = { waited: 0, octets: 0 };
    for (;;) {
      const judged = judge(this.#pace, wait, this.#limits, this.#left());
      if (judged.kind !== "ok") return { kind: "late", reply: tooLate[judged.kind](desk.offer.hostname) };
      this.#pace = judged.pace;
      const began = performance.now();
      const received = await wire.receive(judged.waitAtMost, most);
      const waited = performance.now() - began;
      if (received.kind === "gone") return received;
      if (received.kind === "chunk") return this.#took(received.chunk, waited);
      wait = { waited, octets: 0 };
    }
  }

  #took(chunk: Uint8Array, waited: number): Paced {
    const judged = judge(this.#pace, { waited, octets: chunk.length }, this.#limits, this.#left());
    // What has come is taken; whether it came too slowly is asked before the next wait.
    if (judged.kind === "ok") this.#pace = judged.pace;
    return { kind: "chunk", chunk };
  }

  #left(): number {
    return sessionLeft(this.#talk.began, performance.now(), this.#talk.desk.timeouts.session);
  }
}
