// The commands that hand an envelope to the next server, or why it cannot have it. Pure.

import { isAscii } from "node:buffer";
import { needsUtf8 } from "../smtp/path.ts";
import { findHeaderEnd } from "../spool/header_section.ts";
import type { Delivered, OutgoingMessage } from "./delivery.ts";
import { formatPath } from "./format_path.ts";
import type { HopOffer } from "./hop_offer.ts";

export type EnvelopeCommands =
  | { readonly kind: "commands"; readonly mail: string; readonly rcpts: readonly string[] }
  | { readonly kind: "impossible"; readonly delivered: Delivered };

/** One `RCPT` a forward-path, in order. Lines end with CRLF. */
export function envelopeCommands(message: OutgoingMessage, offer: HopOffer): EnvelopeCommands {
  const { reversePath, forwardPaths } = message.envelope;
  const utf8Paths = [reversePath, ...forwardPaths].some(needsUtf8);
  const eightBit = message.body.eightBit || !isAscii(message.head);
  // RFC 6531 §3.4: what was declared and is not needed may go on without the extension.
  const utf8 = utf8Paths || (declared(message, "SMTPUTF8", true) && hasUtf8Fields(message));
  if (utf8Paths && !offer.smtpUtf8) return impossible(553, "5.6.7", "The next server does not take UTF-8 addresses");
  if (utf8 && !offer.smtpUtf8) return impossible(554, "5.6.9", "The next server does not take UTF-8 header fields");
  // RFC 6152 §3: content is never converted here, that would break its signatures.
  if (eightBit && !offer.eightBit) return impossible(554, "5.6.3", "The next server does not take 8-bit content");
  if (message.size > offer.maxSize) {
    return impossible(552, "5.3.4", `The next server takes messages of at most ${offer.maxSize} octets`);
  }
  const parameters = [
    offer.size ? ` SIZE=${message.size}` : "",
    offer.eightBit && (eightBit || declared(message, "BODY", "8BITMIME")) ? " BODY=8BITMIME" : "",
    utf8 ? " SMTPUTF8" : "",
  ];
  return {
    kind: "commands",
    mail: `MAIL FROM:${formatPath(reversePath)}${parameters.join("")}\r\n`,
    rcpts: forwardPaths.map((path) => `RCPT TO:${formatPath(path)}\r\n`),
  };
}

function hasUtf8Fields(message: OutgoingMessage): boolean {
  if (!isAscii(message.head)) return true;
  // Its own header section is part of the rest only when nobody edited it.
  if (message.bodyFrom > 0) return false;
  const start = message.body.head(Infinity);
  return !isAscii(start.subarray(0, findHeaderEnd(start)));
}

function declared(message: OutgoingMessage, keyword: string, value: string | true): boolean {
  const given = message.envelope.parameters[keyword];
  return typeof given === "string" ? given.toUpperCase() === value : given === value;
}

function impossible(code: number, status: string, text: string): EnvelopeCommands {
  return { kind: "impossible", delivered: { kind: "refused", code, status, text: [text] } };
}
