// Which parameters of MAIL and RCPT go on to the next server, as a table: as they came, dropped, or not without. Pure.

import type { Parameters } from "../../sdk/contract/event.ts";
import type { OutgoingMessage } from "./delivery.ts";
import type { Protection } from "./hop_connection.ts";
import type { HopOffer } from "./hop_offer.ts";

/** The next server as one message sees it. */
export interface Way {
  readonly offer: HopOffer;
  readonly protection: Protection;
  /** A Unix socket: what is said there does not leave this machine. */
  readonly isLocal: boolean;
  /** LMTP: it delivers, and relays no further. */
  readonly delivers: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Why the message cannot go this way at all; goes to the client. */
export interface Obstacle {
  readonly kind: "obstacle";
  readonly code: number;
  readonly status: string;
  readonly text: string;
}

/** What becomes of one parameter: the words to send, or an obstacle. No words: it is dropped. */
type Fate = readonly string[] | Obstacle;

const fates: { readonly [keyword: string]: (value: string, message: OutgoingMessage, way: Way) => Fate } = {
  // RFC 4954 §5: to every server that has AUTH.
  AUTH: (value, _, { offer }) => offer.mechanisms.length > 0 ? [word("AUTH", value)] : [],
  // RFC 3461 §5.2.1, §5.2.2
  RET: (value, _, { offer }) => offer.dsn ? [word("RET", value)] : [],
  ENVID: (value, _, { offer }) => offer.dsn ? [word("ENVID", value)] : [],
  REQUIRETLS: requireTls,
  // RFC 6710 §4.4: it asks for haste, and is lost where nobody knows it.
  "MT-PRIORITY": (value, _, { offer }) => offer.priority ? [word("MT-PRIORITY", value)] : [],
  BY: deliverBy,
  HOLDFOR: (value, _, way) => hold("HOLDFOR", value, way),
  HOLDUNTIL: (value, _, way) => hold("HOLDUNTIL", value, way),
};

/** The words behind SIZE, BODY and SMTPUTF8, which hop_commands.ts knows better than the client did. */
export function mailWords(message: OutgoingMessage, way: Way): Fate {
  const words: string[] = [];
  for (const [keyword, value] of Object.entries(message.envelope.parameters)) {
    const fate = Object.hasOwn(fates, keyword) ? fates[keyword]?.(value === true ? "" : value, message, way) ?? [] : [];
    if ("kind" in fate) return fate;
    words.push(...fate);
  }
  return words;
}

/** RFC 3461 §5.2.1 (c), (d); §5.2.2 (a). */
export function rcptWords(parameters: Parameters, { offer }: Way): readonly string[] {
  if (!offer.dsn) return [];
  const { NOTIFY: notify, ORCPT: original } = parameters;
  return [
    ...typeof notify === "string" ? [word("NOTIFY", notify)] : [],
    ...typeof original === "string" ? [word("ORCPT", offer.smtpUtf8 ? original : escapeUtf8(original))] : [],
  ];
}

/** RFC 6533 §3, utf-8-addr-xtext: the same address in ASCII. */
export function escapeUtf8(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, (character) => `\\x{${character.codePointAt(0)?.toString(16).toUpperCase()}}`);
}

// RFC 8689 §4.2.1. A bounce, which has the null reverse-path, rather goes without than gets lost, §5.
function requireTls(_: string, { envelope }: OutgoingMessage, way: Way): Fate {
  const { offer, protection, isLocal, delivers } = way;
  const words = offer.requireTls && protection !== "none" ? ["REQUIRETLS"] : [];
  if (envelope.reversePath === null || isLocal) return words;
  if (protection !== "verified") {
    return obstacle(550, "5.7.10", "The message requires TLS, and the next server gave none that proves its name");
  }
  return offer.requireTls || delivers ? words : obstacle(550, "5.7.30", "The next server does not offer REQUIRETLS");
}

// RFC 2852 §4: the time is what is left of it, and what must come back when late may not go where nobody looks at it.
function deliverBy(value: string, { begun }: OutgoingMessage, { offer, now }: Way): Fate {
  const [time = "0", mode = ""] = value.split(";");
  const left = Number(time) - Math.floor(Math.max(0, now - (begun ?? now)) / 1000);
  const mustReturn = mode.startsWith("R");
  if (mustReturn && left <= 0) return obstacle(554, "5.4.7", "The time for delivery is over");
  if (offer.deliverBy) return [word("BY", `${left};${mode}`)];
  return mustReturn ? obstacle(554, "5.3.3", "The next server does not offer DELIVERBY") : [];
}

// RFC 4865 §4: a message that is to be held and is not would come too early, and nobody here can hold it.
function hold(keyword: string, value: string, { offer }: Way): Fate {
  return offer.futureRelease
    ? [word(keyword, value)]
    : obstacle(554, "5.3.3", "The next server does not hold messages");
}

function obstacle(code: number, status: string, text: string): Obstacle {
  return { kind: "obstacle", code, status, text };
}

/** A space or control character in a value would be a second word or command: TypeError, whoever let it in. */
function word(keyword: string, value: string): string {
  if (!/^[!-~\u{80}-\u{10ffff}]+$/u.test(value) || /\p{Cc}/u.test(value)) {
    throw new TypeError(`The parameter ${keyword} has the value ${JSON.stringify(value)}`);
  }
  return `${keyword}=${value}`;
}
