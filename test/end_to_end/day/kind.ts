// What a row of the day says: a kind of client, what it says and hears, and what must have come of it.

/**
 * What the client says, what it must hear, and who decided that.
 *
 * It says a line, or octets as they are if there is a line end in them, or it does what stands in brackets (actions.ts);
 * "" is to wait. A refusal must be heard word for word, but for its code; of any other reply the beginning is enough.
 * "closed" is the end of the connection, "" is not to listen.
 */
export type Step = readonly [says: string, hears: string, by?: string];

export type Door =
  /** Behind a front that says who the client is. */
  | "mail"
  | "submission"
  /** No front: the client is 127.0.0.1. */
  | "bare"
  /** That of the fronts, for a client that is none: 127.0.0.2. */
  | "untrusted";

export interface Kind {
  readonly kind: string;
  /** Its own; no two kinds share one. */
  readonly address: string;
  readonly door?: Door;
  readonly steps: readonly Step[];
  /** How many messages of it arrive; none, if not given. */
  readonly arrives?: number;
  /** Lines of header fields that its first message must have when it has arrived. */
  readonly bears?: readonly string[];
  /** What no message of it may have. */
  readonly lacks?: readonly string[];
  /** What else the log of decisions must show: `hook plugin found`. */
  readonly log?: readonly string[];
  /** For the administrator: why this is right. */
  readonly because?: string;
  /** Where greylisting is on it has not been there before. */
  readonly isStranger?: boolean;
  /** What is different on the day on which everything is switched on. */
  readonly whenAllIsOn?: Partial<Pick<Kind, "steps" | "arrives" | "log" | "bears" | "because">>;
}

/** A row as it is on a day. */
export function onDay(kind: Kind, isAllOn: boolean): Kind {
  return isAllOn ? { ...kind, ...kind.whenAllIsOn } : kind;
}

export const greeted: Step = ["", "220 mx.here.example ESMTP"];
export const goodbye: Step = ["QUIT", "221"];

/** Greeting and EHLO. */
export function hello(name: string): readonly Step[] {
  return [greeted, [`EHLO ${name}`, "250-mx.here.example"]];
}

/** A transaction up to its recipients, who are all accepted. */
export function envelope(reversePath: string, ...forwardPaths: readonly string[]): readonly Step[] {
  return [
    [`MAIL FROM:<${reversePath}>`, "250"],
    ...forwardPaths.map((path): Step => [`RCPT TO:<${path}>`, "250", "rcpt_ok"]),
  ];
}

/** Mail data, named as in messages.ts, which are taken if there is no `refusal`. */
export function data(message: string, refusal?: string, by = ""): readonly Step[] {
  const says = `(sends ${message})`;
  return [["DATA", "354"], refusal === undefined ? [says, "250 2.0.0 Queued as"] : [says, refusal, by]];
}

export function times(count: number, step: (number: number) => Step): readonly Step[] {
  return Array.from({ length: count }, (_, index) => step(index + 1));
}
