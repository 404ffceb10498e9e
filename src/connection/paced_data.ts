// Takes mail data off the wire as long as the client keeps its pace.

import { judge, type Judgement, type Pace, type PaceLimits, sessionLeft, unpaced, type Wait } from "../limits/pace.ts";
import * as replies from "../smtp/replies.ts";
import type { Reply } from "../smtp/reply.ts";
import { goodbye } from "./goodbye.ts";
import type { Talk } from "./talk.ts";

/** Every way waiting for mail data can end. */
export type Paced =
  | { readonly kind: "chunk"; readonly chunk: Uint8Array }
  | { readonly kind: "gone" }
  /** It was too slow, or somebody ends its session: this is said, and the connection closed. */
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
    let judged = this.#judge({ waited: 0, octets: 0 });
    for (;;) {
      if (judged.kind !== "ok") return { kind: "late", reply: tooLate[judged.kind](desk.offer.hostname) };
      this.#pace = judged.pace;
      const began = performance.now();
      const received = await wire.receive(judged.waitAtMost, most);
      const waited = performance.now() - began;
      if (received.kind === "gone") return received;
      if (received.kind === "interrupted") return { kind: "late", reply: goodbye(this.#talk) };
      judged = this.#judge({ waited, octets: received.kind === "chunk" ? received.chunk.length : 0 });
      if (received.kind !== "chunk" || judged.kind !== "ok") continue;
      this.#pace = judged.pace;
      return received;
    }
  }

  #judge(wait: Wait): Judgement {
    const { began, desk: { timeouts } } = this.#talk;
    // As for the commands of a transaction.
    const within = timeouts.session + timeouts.message;
    return judge(this.#pace, wait, this.#limits, sessionLeft(began, performance.now(), within));
  }
}
