// What the server offers to its clients, and what EHLO announces of it, as a table. RFC 5321 §4.1.1.1.

import type { Verb } from "./command.ts";
import type { Session } from "./session.ts";
import { xclientKeyword } from "./xclient.ts";
import { xforwardKeyword } from "./xforward.ts";

/** What this server promises to every client of one listener in one generation. */
export interface Offer {
  readonly hostname: string;
  /** Name and version for the greeting and the trace field, in the operator's choice of detail. */
  readonly software: string;
  /** `submission`: AUTH comes before MAIL, and the message is completed (RFC 6409). `lmtp`: RFC 2033. */
  readonly mode: "smtp" | "submission" | "lmtp";
  /** `required`: nothing of worth is done before STARTTLS. `implicit`: it was there before the greeting. */
  readonly tls: "off" | "offered" | "required" | "implicit";
  /** SASL mechanisms, best first; none if nobody can check credentials. */
  readonly mechanisms: readonly string[];
  readonly authWithoutTls: boolean;
  /** What the operator and the delivery backend allow beyond what is always offered. */
  readonly extensions: ReadonlySet<Extension>;
  /** What is written of the checks of a message: whose results they are, and whether they are. RFC 8601. */
  readonly results: { readonly id: string; readonly add: boolean };
  /** Commands sent too early: refused with the connection, or served in their turn. RFC 2920 §3.1. */
  readonly pipelining: "reject" | "allow";
  /** Octets of content; 0 = no limit, as in RFC 1870 §4. */
  readonly maxMessageSize: number;
  /** Recipients of one transaction; RFC 5321 §4.5.3.1.8 asks for at least 100. */
  readonly maxRecipients: number;
  /** Transactions of one session. */
  readonly maxTransactions: number;
  /** Commands of one session. */
  readonly maxCommands: number;
  /** The refusal of this number, and every later one, is answered 421 and ends the session. */
  readonly maxRefusals: number;
  /** The failed AUTH of this number is answered 421 and ends the session. */
  readonly maxAttempts: number;
}

/** Extensions that can be switched off. */
export type Extension = "CHUNKING" | "DSN" | "REQUIRETLS" | "MT-PRIORITY" | "DELIVERBY" | "FUTURERELEASE";

type KeywordLine = (offer: Offer, session: Session) => string | undefined;

const always = (line: string): KeywordLine => () => line;
const ifOn = (extension: Extension, line: string = extension): KeywordLine => ({ extensions }) =>
  extensions.has(extension) ? line : undefined;

const keywordLines: readonly KeywordLine[] = [
  always("PIPELINING"), // RFC 2920
  (offer) => `SIZE ${offer.maxMessageSize}`, // RFC 1870
  always("8BITMIME"), // RFC 6152
  always("SMTPUTF8"), // RFC 6531
  ifOn("CHUNKING"), // RFC 3030
  ifOn("CHUNKING", "BINARYMIME"), // RFC 3030 §3
  ifOn("DSN"), // RFC 3461
  (offer, session) => isOffered("STARTTLS", offer, session) ? "STARTTLS" : undefined, // RFC 3207
  authLine,
  // RFC 8689 §2: only where TLS is there already.
  (offer, { tls }) => tls !== undefined && offer.extensions.has("REQUIRETLS") ? "REQUIRETLS" : undefined,
  ifOn("MT-PRIORITY"), // RFC 6710
  ifOn("DELIVERBY"), // RFC 2852
  ifOn("FUTURERELEASE", "FUTURERELEASE 604800 9999-12-31T23:59:59Z"), // RFC 4865 §4: the next server is the judge
  (offer) => `LIMITS RCPTMAX=${offer.maxRecipients} MAILMAX=${offer.maxTransactions}`, // RFC 9422
  (offer, session) => isOffered("XCLIENT", offer, session) ? xclientKeyword : undefined,
  (offer, session) => isOffered("XFORWARD", offer, session) ? xforwardKeyword : undefined,
  always("ENHANCEDSTATUSCODES"), // RFC 2034
];

/** The lines after the first of the reply to EHLO and LHLO. */
export function extensionLines(offer: Offer, session: Session): readonly string[] {
  return keywordLines.map((line) => line(offer, session)).filter((line) => line !== undefined);
}

/** The first words of those lines. */
export function offeredKeywords(offer: Offer, session: Session): ReadonlySet<string> {
  return new Set(extensionLines(offer, session).map((line) => line.split(" ", 1).join("")));
}

const conditions: { readonly [V in Verb]?: (offer: Offer, session: Session) => boolean } = {
  EHLO: ({ mode }) => mode !== "lmtp", // RFC 2033 §4.1
  HELO: ({ mode }) => mode !== "lmtp",
  LHLO: ({ mode }) => mode === "lmtp",
  // One that is encrypted already is told so.
  STARTTLS: ({ tls }, session) => tls !== "off" && session.tls === undefined,
  AUTH: ({ mechanisms }) => mechanisms.length > 0,
  BDAT: ({ extensions }) => extensions.has("CHUNKING"),
  XCLIENT: (_, { trust }) => trust.xclient,
  XFORWARD: (_, { trust }) => trust.xforward,
};

/** Is there such a command on this listener, for this client? */
export function isOffered(verb: Verb, offer: Offer, session: Session): boolean {
  return conditions[verb]?.(offer, session) ?? true;
}

/** A bearer token is worth too much to go without it. RFC 6750 §5.3. */
const onlyInTls = /^XOAUTH2$|^OAUTHBEARER$/;

/** Those that make sense for this client now: RFC 4954 §4 lets the list change with TLS. */
export function offeredMechanisms(offer: Offer, { tls, bindable }: Session): readonly string[] {
  const { mechanisms, authWithoutTls } = offer;
  if (tls === undefined && !authWithoutTls) return [];
  return mechanisms.filter((name) => {
    if (name === "EXTERNAL") return tls?.certificate?.verified === true; // RFC 4422 Appendix A
    if (name.endsWith("-PLUS")) return bindable === true; // RFC 5802 §6
    return tls !== undefined || !onlyInTls.test(name);
  });
}

function authLine(offer: Offer, session: Session): string | undefined {
  const names = offeredMechanisms(offer, session);
  return names.length === 0 ? undefined : `AUTH ${names.join(" ")}`;
}
