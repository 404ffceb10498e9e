// Every way in which an exchange of AUTH can end, and the reply to each. RFC 4954 §4, §6.

import type { Offer } from "./extensions.ts";
import { limited } from "./refuse.ts";
import type { Reply } from "./reply.ts";
import * as replies from "./replies.ts";
import type { Session } from "./session.ts";
import { type Outcome, outcome } from "./step.ts";

export type ExchangeEnding =
  | { readonly kind: "authenticated"; readonly user: string; readonly mechanism: string }
  /** Unknown user, wrong secret, or nobody who could tell: in the same words. */
  | { readonly kind: "refused" }
  /** It could not be checked: the client may try again. */
  | { readonly kind: "deferred" }
  /** The client sent `*`. */
  | { readonly kind: "cancelled" }
  /** Not base64. */
  | { readonly kind: "notBase64" }
  /** Base64 of something that the mechanism does not know. */
  | { readonly kind: "malformed" }
  /** An initial response for a mechanism in which the server begins. */
  | { readonly kind: "initialNotAllowed" }
  | { readonly kind: "tooLong" };

const unhappy: { readonly [K in Exclude<ExchangeEnding["kind"], "authenticated">]: () => Reply } = {
  refused: replies.authenticationFailed,
  deferred: replies.authenticationDeferred,
  cancelled: replies.authenticationCancelled,
  notBase64: replies.badBase64,
  malformed: replies.badCredentialsForm,
  initialNotAllowed: replies.noInitialResponse,
  tooLong: replies.responseTooLong,
};

/** Settles an `Exchange`. All failures count as attempts: a client that cancels at the last step has learned as much. */
export function endExchange(session: Session, ending: ExchangeEnding, offer: Offer): Outcome {
  if (ending.kind === "authenticated") {
    const { user, mechanism } = ending;
    return outcome({ ...session, user, mechanism }, replies.authenticated());
  }
  const failedAttempts = session.failedAttempts + 1;
  const failed = { ...session, failedAttempts, refusals: session.refusals + 1 };
  if (failedAttempts >= offer.maxAttempts) return outcome(failed, replies.tooManyAttempts(), "close");
  return limited(failed, unhappy[ending.kind](), offer);
}
