// What a client can know of its session from the replies alone, and what it must find to be so.

import assert from "node:assert/strict";
import type { Decision } from "../../src/smtp/decision.ts";
import type { Offer } from "../../src/smtp/extensions.ts";
import type { Session } from "../../src/smtp/session.ts";
import type { Outcome } from "../../src/smtp/step.ts";

/** Verbs whose refusal may end the transaction too: a plugin has refused the message before it came. */
const endings: readonly string[] = ["DATA", "BDAT"];

/** Believes nothing but reply codes. Every method throws what is not as it must be. */
export class Oracle {
  /** Messages that were accepted. */
  messages = 0;
  readonly #offer: Offer;
  readonly #ids: Set<string>;
  #hello = false;
  #encrypted: boolean;
  #authenticated = false;
  #transaction = false;
  #recipients = 0;

  /** `ids`: of all transactions of all sessions. */
  constructor(offer: Offer, ids: Set<string>) {
    this.#offer = offer;
    this.#ids = ids;
    this.#encrypted = offer.tls === "implicit";
  }

  /** `line` is what the client said; before and after it the session was so. `decision`: what plugins said to it. */
  judge(line: string, outcome: Outcome, before: Session, after: Session, decision?: Decision): void {
    const verb = /^([A-Za-z]+)(?: |[ \t]*$)/.exec(line)?.[1]?.toUpperCase() ?? "";
    this.#countRefusals(outcome, before, after);
    const isRefused = decision?.verdict === "reject" || decision?.verdict === "defer";
    assert.ok(!isRefused || verb === "QUIT" || outcome.reply.code >= 400, "plugins have refused this");
    // Deny by default: else this would be an open relay.
    assert.ok(
      verb !== "RCPT" || outcome.reply.code >= 400 || decision?.verdict === "accept",
      "nobody vouched for this",
    );
    // Nobody can find out any more.
    if (outcome.next === "close") return;
    if (outcome.reply.code < 400) this.#succeed(verb, line, outcome, after);
    else if (endings.includes(verb) && after.transaction === undefined) this.#end();
    this.#compare(after);
  }

  /** The end of mail data. */
  judgeMessage(outcome: Outcome, before: Session, after: Session): void {
    this.#countRefusals(outcome, before, after);
    this.#accept(outcome);
    this.#compare(after);
  }

  #succeed(verb: string, line: string, outcome: Outcome, after: Session): void {
    switch (verb) {
      case "EHLO":
      case "HELO":
      case "LHLO":
        this.#hello = true;
        return this.#end();
      case "STARTTLS":
        // RFC 3207 §4.2: both forget what was said before.
        assert.ok(!this.#encrypted && !this.#transaction);
        [this.#hello, this.#encrypted, this.#authenticated] = [false, true, false];
        return;
      case "AUTH":
        assert.ok(this.#hello && !this.#authenticated && !this.#transaction);
        assert.ok(this.#encrypted || this.#offer.authWithoutTls);
        this.#authenticated = true;
        return;
      case "MAIL":
        return this.#begin(after);
      case "RCPT":
        assert.ok(this.#transaction, "RCPT was accepted outside a transaction");
        this.#recipients++;
        return;
      case "DATA":
        assert.equal(outcome.next, "message");
        return this.#mayMailCome();
      case "BDAT":
        this.#mayMailCome();
        return / LAST *$/i.test(line) ? this.#accept(outcome) : undefined;
      case "RSET":
        return this.#end();
      case "XCLIENT":
        // Another client: what is known of it is what the line says.
        this.#hello = after.hello !== undefined && /\bHELO=/i.test(line);
        this.#authenticated = after.user !== undefined && /\bLOGIN=/i.test(line);
        return this.#end();
      default:
    }
  }

  #begin({ transaction }: Session): void {
    assert.ok(this.#hello && !this.#transaction, "MAIL was accepted at the wrong time");
    assert.ok(this.#encrypted || this.#offer.tls !== "required", "MAIL was accepted without TLS");
    assert.ok(this.#authenticated || this.#offer.mode !== "submission", "MAIL was accepted without AUTH");
    const id = transaction?.id ?? "";
    assert.ok(id !== "" && !this.#ids.has(id), `the transaction's id is not its own: ${id}`);
    this.#ids.add(id);
    [this.#transaction, this.#recipients] = [true, 0];
  }

  #mayMailCome(): void {
    assert.ok(this.#hello && this.#transaction && this.#recipients > 0, "mail data was asked for at the wrong time");
  }

  /** RFC 2033 §4.2: LMTP has a reply for each recipient, SMTP one. */
  #accept({ reply, others = [] }: Outcome): void {
    assert.equal(1 + others.length, this.#offer.mode === "lmtp" ? this.#recipients : 1);
    if ([reply, ...others].some(({ code }) => code === 250)) this.messages++;
    this.#end();
  }

  #end(): void {
    [this.#transaction, this.#recipients] = [false, 0];
  }

  #countRefusals({ reply, others = [], next }: Outcome, before: Session, after: Session): void {
    const refused = [reply, ...others].filter(({ code }) => code >= 400).length;
    if (next !== "close") assert.equal(after.refusals, before.refusals + refused, "refusals are counted wrongly");
    assert.ok(after.refusals >= before.refusals);
    if (refused > 0 && after.refusals >= this.#offer.maxRefusals) assert.equal(next, "close");
  }

  #compare({ hello, tls, user, transaction }: Session): void {
    const known = [this.#hello, this.#encrypted, this.#authenticated, this.#transaction, this.#recipients];
    const really = [hello, tls, user, transaction].map((fact) => fact !== undefined);
    assert.deepEqual(
      [...really, transaction?.forwardPaths.length ?? 0],
      known,
      "hello, TLS, user, transaction, recipients",
    );
  }
}
