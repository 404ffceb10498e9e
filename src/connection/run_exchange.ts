// One AUTH exchange over time: sends challenges, hears responses, asks the plugins, and is slow to say no.

import { encodeBase64 } from "../sasl/base64.ts";
import type { Claim } from "../sasl/claim.ts";
import { type ClientResponse, decodeInitial, decodeResponse } from "../sasl/client_response.ts";
import { claimedName } from "../sasl/identity.ts";
import type { Answer, Challenge, FailureReason, MechanismName, Next, Surroundings } from "../sasl/mechanism.ts";
import { mechanisms } from "../sasl/mechanisms.ts";
import type { Heard } from "./wire.ts";

/** All that an exchange needs of the conversation around it. */
export interface Sides {
  /** Says 334 with this text. */
  readonly challenge: (base64: string) => void;
  /** The next line; one of up to `maxResponseLine` octets is not too long. */
  readonly hear: () => Promise<Heard>;
  readonly ask: (claim: Claim) => Promise<Answer>;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Milliseconds of a clock that only goes on. */
  readonly now: () => number;
}

export interface Begun {
  readonly mechanism: MechanismName;
  /** The argument of AUTH, not decoded. */
  readonly initial?: string;
  /** Milliseconds from what the client sent to the news that it was wrong. */
  readonly failureDelay: number;
}

/** Every way in which an exchange can end. `claimed` is who the client said it is, for the log. */
export type ExchangeResult =
  | { readonly kind: "authenticated"; readonly mechanism: MechanismName; readonly user: string }
  | { readonly kind: "failed"; readonly reason: Failure; readonly claimed?: string }
  /** The line that came was none, or none came. */
  | { readonly kind: "broken"; readonly heard: Exclude<Heard, { kind: "line" | "tooLong" }> };

export type Failure = FailureReason | Exclude<ClientResponse["kind"], "octets">;

export async function runExchange(begun: Begun, sides: Sides, surroundings: Surroundings): Promise<ExchangeResult> {
  let heardAt = sides.now();
  let claimed: string | undefined;
  // Counted from the response, so that the time a check takes does not show. Refused once, it has waited enough.
  let delay = begun.failureDelay;
  const wait = async (): Promise<void> => {
    const left = delay - (sides.now() - heardAt);
    delay = 0;
    if (left > 0) await sides.pause(left);
  };
  let next = open(begun, surroundings);
  for (;;) {
    switch (next.kind) {
      case "ask":
        claimed = claimedName(next.claim);
        next = next.onAnswer(await sides.ask(next.claim));
        break;
      case "challenge":
        if (next.refusing) await wait();
        next = await respond(next, sides, () => heardAt = sides.now());
        break;
      case "succeeded":
        return { kind: "authenticated", mechanism: begun.mechanism, user: next.user };
      case "failed":
        await wait();
        return { ...next, ...(claimed === undefined ? {} : { claimed }) };
      case "broken":
        return next;
    }
  }
}

function open({ mechanism, initial }: Begun, surroundings: Surroundings): Next | Stopped {
  const { begin } = mechanisms[mechanism];
  if (initial === undefined) return begin(undefined, surroundings);
  const response = decodeInitial(initial);
  return response.kind === "octets" ? begin(response.octets, surroundings) : { kind: "failed", reason: response.kind };
}

type Stopped = Exclude<ExchangeResult, { kind: "authenticated" }>;

async function respond(challenge: Challenge, sides: Sides, heardNow: () => void): Promise<Next | Stopped> {
  sides.challenge(encodeBase64(challenge.octets));
  const heard = await sides.hear();
  heardNow();
  if (heard.kind === "tooLong") return { kind: "failed", reason: "tooLong" };
  if (heard.kind !== "line") return { kind: "broken", heard };
  const response = decodeResponse(heard.text);
  return response.kind === "octets"
    ? await challenge.onResponse(response.octets)
    : { kind: "failed", reason: response.kind };
}
