// AUTH: runs the exchange of a mechanism with the client and the plugins, and settles the session by its end.

import type { Settled } from "../hooks/settle.ts";
import { failureDelay } from "../sasl/failure_delay.ts";
import { type Answer, mechanismNames, type Surroundings } from "../sasl/mechanism.ts";
import { randomNonce } from "../sasl/nonce.ts";
import { revealClaim } from "../sasl/reveal_claim.ts";
import { endExchange, type ExchangeEnding } from "../smtp/end_exchange.ts";
import { offeredMechanisms } from "../smtp/extensions.ts";
import { refuseLine } from "../smtp/refuse.ts";
import * as replies from "../smtp/replies.ts";
import type { Session } from "../smtp/session.ts";
import { type Exchange, outcome } from "../smtp/step.ts";
import { goodbye } from "./goodbye.ts";
import { type ExchangeResult, type Failure, runExchange, type Sides } from "./run_exchange.ts";
import type { Talk, Turn } from "./talk.ts";
import { withheld } from "./withhold_secrets.ts";

type BrokenHeard = Extract<ExchangeResult, { kind: "broken" }>["heard"];

/** How each failure is told: little of it to the client, all of it to the log. */
const endings: { readonly [F in Failure]: Exclude<ExchangeEnding["kind"], "authenticated"> } = {
  mismatch: "refused",
  notAuthorized: "refused",
  unsupportedChannelBinding: "refused",
  channelBindingMismatch: "refused",
  downgraded: "refused",
  unsupportedExtension: "malformed",
  unavailable: "deferred",
  unusableAnswer: "deferred",
  malformed: "malformed",
  initialNotAllowed: "initialNotAllowed",
  cancelled: "cancelled",
  undecodable: "notBase64",
  tooLong: "tooLong",
};

export async function authenticate(talk: Talk, exchange: Exchange): Promise<Turn> {
  const { desk: { offer, timeouts } } = talk;
  const { session, initial } = exchange;
  const mechanism = mechanismNames.find((name) => name === exchange.mechanism);
  if (mechanism === undefined) throw new Error(`${exchange.mechanism} was offered, and there is no such mechanism`);
  const begun = {
    mechanism,
    failureDelay: failureDelay(timeouts.failedAuth, session.failedAttempts),
    ...(initial === undefined ? {} : { initial }),
  };
  const result = await runExchange(begun, sidesOf(talk, session), surroundingsOf(talk, session));
  if (result.kind === "broken") return broken(talk, session, result.heard);
  record(talk, session, mechanism, result);
  if (result.kind === "authenticated") return endExchange(session, result, offer);
  return endExchange(session, { kind: endings[result.reason] }, offer);
}

/** A challenge as onlookers see it: with the client's half, it is worth guessing at. */
const notShown = replies.challenge(withheld);

function sidesOf({ wire, desk, questions, watch }: Talk, session: Session): Sides {
  return {
    challenge: (base64) => {
      wire.say(replies.challenge(base64));
      watch?.told(session, session, [notShown]);
    },
    hear: async () => {
      const heard = await wire.hear(desk.timeouts.command, true);
      if (heard.kind === "line" || heard.kind === "tooLong") watch?.heard(withheld);
      return heard;
    },
    ask: async (claim) => {
      const turn = await desk.authTurns.enter(session.client.address);
      if (turn === undefined) return { kind: "unavailable" };
      try {
        const subject = { kind: "credentials", hook: "auth", credentials: revealClaim(claim) } as const;
        return answerOf(await questions.ask(session, subject));
      } finally {
        turn.leave();
      }
    },
    pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    now: () => performance.now(),
  };
}

/** Nobody who vouches is a no: deny by default. */
function answerOf({ decision, answer }: Settled): Answer {
  if (decision.verdict === "defer") return { kind: "unavailable" };
  if (decision.verdict !== "accept") return { kind: "refused" };
  const { user, keys } = answer ?? {};
  return { kind: "accepted", ...(user === undefined ? {} : { user }), ...(keys === undefined ? {} : { keys }) };
}

function surroundingsOf({ desk: { offer, decoy }, binding }: Talk, session: Session): Surroundings {
  const offered = offeredMechanisms(offer, session);
  const certificate = session.tls?.certificate;
  return {
    hostname: offer.hostname,
    offered: mechanismNames.filter((name) => offered.includes(name)),
    nonce: randomNonce,
    now: Date.now,
    decoy,
    channelBinding: (name) => binding?.(name),
    ...(certificate === undefined ? {} : { certificate }),
  };
}

function broken(talk: Talk, session: Session, heard: BrokenHeard): Turn {
  const { offer } = talk.desk;
  switch (heard.kind) {
    case "gone":
      return { kind: "gone", session };
    case "timedOut":
      return outcome(session, replies.timedOut(offer.hostname), "close");
    case "interrupted":
      return outcome(session, goodbye(talk), "close");
    default:
      return refuseLine(session, heard, offer);
  }
}

function record({ desk: { log }, trail }: Talk, session: Session, mechanism: string, result: ExchangeResult): void {
  const where = { session: session.id, client: session.client.address, mechanism };
  if (result.kind === "authenticated") {
    trail.noted("authenticated", { hook: "auth", why: `${mechanism} ${result.user}` });
    return log("info", "authenticated", { ...where, user: result.user });
  }
  if (result.kind === "failed") {
    const claimed = result.claimed === undefined ? "" : ` as ${result.claimed}`;
    trail.noted("authentication failed", { hook: "auth", why: `${result.reason}, by ${mechanism}${claimed}` });
    log("warn", "authentication failed", { ...where, claimed: result.claimed, why: result.reason });
  }
}
