// What EHLO announces, as a table: keyword line or nothing, from the offer. RFC 5321 §4.1.1.1.

/** What this server promises to every client of one generation. */
export interface Offer {
  readonly hostname: string;
  /** Name and version for the greeting and the trace field, in the operator's choice of detail. */
  readonly software: string;
  /** Octets of content; 0 = no limit, as in RFC 1870 §4. */
  readonly maxMessageSize: number;
  /** Recipients of one transaction; RFC 5321 §4.5.3.1.8 asks for at least 100. */
  readonly maxRecipients: number;
  /** The refusal of this number, and every later one, is answered 421 and ends the session. */
  readonly maxRefusals: number;
}

const extensions: readonly ((offer: Offer) => string)[] = [
  () => "PIPELINING", // RFC 2920
  (offer) => `SIZE ${offer.maxMessageSize}`, // RFC 1870
  () => "8BITMIME", // RFC 6152
  () => "SMTPUTF8", // RFC 6531
  () => "ENHANCEDSTATUSCODES", // RFC 2034
];

/** The lines after the first of the reply to EHLO. */
export function extensionLines(offer: Offer): readonly string[] {
  return extensions.map((line) => line(offer));
}
