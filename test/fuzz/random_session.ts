// One session without sockets or plugins: what a client says is answered by the protocol and by dice.

import { check } from "../../src/smtp/check.ts";
import { parseCommand } from "../../src/smtp/command.ts";
import type { Decision } from "../../src/smtp/decision.ts";
import { endExchange } from "../../src/smtp/end_exchange.ts";
import { type Ending, endMessage, tookChunk } from "../../src/smtp/end_message.ts";
import type { Offer } from "../../src/smtp/extensions.ts";
import type { Line } from "../../src/smtp/line_decoder.ts";
import { greet, proceed } from "../../src/smtp/proceed.ts";
import { refuseLine } from "../../src/smtp/refuse.ts";
import { secured, type Session, startSession } from "../../src/smtp/session.ts";
import type { Outcome, Step } from "../../src/smtp/step.ts";
import { testOffer } from "../support/offers.ts";
import type { Dice } from "../support/random_module.ts";
import { randomDecision, randomEnding, randomExchangeEnding } from "./random_decisions.ts";

const tls = { protocol: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" };
let sessions = 0;

/** What every listener and every operator may have chosen. */
export function randomOffer(dice: Dice): Offer {
  return {
    ...testOffer,
    mode: dice.oneOf(["smtp", "smtp", "smtp", "submission", "lmtp"]),
    tls: dice.oneOf(["off", "offered", "required", "implicit"]),
    mechanisms: dice.oneOf([[], ["PLAIN", "SCRAM-SHA-256"]]),
    authWithoutTls: dice.roll(2) === 0,
    extensions: new Set(
      dice.oneOf([[], ["CHUNKING", "DSN", "REQUIRETLS", "MT-PRIORITY", "DELIVERBY", "FUTURERELEASE"]]),
    ),
    pipelining: dice.oneOf(["reject", "allow"]),
    maxMessageSize: dice.oneOf([0, 1000]),
    maxRecipients: 3,
    maxTransactions: 20,
    maxCommands: 300,
    maxRefusals: 60,
  };
}

export class RandomSession {
  readonly offer: Offer;
  readonly #dice: Dice;
  #session: Session;
  #decision: Decision | undefined;
  #introduced = false;

  constructor(dice: Dice) {
    const endpoint = { address: "192.0.2.1", port: 25 };
    const trust = { xclient: dice.roll(8) === 0, xforward: dice.roll(8) === 0, bareLines: "reject" } as const;
    this.#dice = dice;
    this.offer = randomOffer(dice);
    this.#session = startSession({ id: `s${sessions++}`, client: endpoint, server: endpoint, trust });
    if (this.offer.tls === "implicit") this.#session = secured(this.#session, tls, true);
  }

  /** As it is now. */
  get session(): Session {
    return this.#session;
  }

  greet(): Outcome {
    return this.#take(greet(this.#session, randomDecision(this.#dice), this.offer));
  }

  /** What the plugins said to the newest line; undefined if they were not asked. */
  get decision(): Decision | undefined {
    return this.#decision;
  }

  /** Was the answer to the newest line the greeting of another client? */
  get introduced(): boolean {
    return this.#introduced;
  }

  /** What brings a client nearer to the end of a message. */
  sensibleLine(): string {
    const { hello, tls, user, transaction } = this.#session;
    if (hello === undefined) return `${this.offer.mode === "lmtp" ? "LHLO" : "EHLO"} client.test`;
    if (tls === undefined && this.offer.tls === "required") return "STARTTLS";
    if (user === undefined && this.offer.mode === "submission") return "AUTH PLAIN AGEAYg==";
    if (transaction === undefined) return this.#dice.oneOf(["MAIL FROM:<a@b.test>", "mail from:<>", "RSET"]);
    if (transaction.forwardPaths.length === 0) return "RCPT TO:<c@d.test>";
    if (transaction.chunked !== undefined) return this.#dice.oneOf(["BDAT 5", "BDAT 5 LAST", "RSET"]);
    return this.#dice.oneOf(["DATA", "DATA", "RCPT TO:<e@f.test>", "BDAT 5", "BDAT 5 LAST", "EHLO client.test"]);
  }

  /** The one answer to a line. */
  hear(line: Line): Outcome {
    this.#decision = undefined;
    this.#introduced = false;
    const early = this.#dice.roll(200) === 0;
    if (line.kind !== "line") return this.#take(refuseLine(this.#session, line, this.offer));
    return this.#take(this.#settle(check(this.#session, parseCommand(line.text), this.offer, early)));
  }

  /** What follows the 354 of DATA. */
  endMessage(): Outcome {
    return this.#take(endMessage(this.#session, this.#ending(), this.offer));
  }

  #ending(): Ending {
    const each = this.offer.mode === "lmtp" && this.#dice.roll(2) === 0;
    if (!each) return randomEnding(this.#dice);
    const endings = this.#session.transaction?.forwardPaths.map(() => randomEnding(this.#dice)) ?? [];
    return { kind: "each", endings };
  }

  #take(outcome: Outcome): Outcome {
    this.#session = outcome.next === "secure" ? secured(outcome.session, tls, true) : outcome.session;
    return outcome;
  }

  #settle(step: Step): Outcome {
    switch (step.kind) {
      case "outcome":
        return step;
      case "question":
        this.#decision = randomDecision(this.#dice);
        return this.#settle(proceed(step, this.#decision, this.offer));
      case "chunk":
        if (step.refusal !== undefined) return step.refusal;
        if (step.last) return endMessage(step.session, this.#ending(), this.offer);
        return tookChunk(step.session, step.octets);
      case "exchange":
        return endExchange(step.session, randomExchangeEnding(this.#dice, step.mechanism), this.offer);
      case "introduction":
        this.#introduced = true;
        return greet(step.session, randomDecision(this.#dice), this.offer);
    }
  }
}
