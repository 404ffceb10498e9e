// The commands that hand an envelope to the next server, or why it cannot have it. Pure.

import { isAscii } from "node:buffer";
import { needsUtf8 } from "../smtp/path.ts";
import type { OutgoingMessage, Refused } from "./delivery.ts";
import { formatPath } from "./format_path.ts";
import { mailWords, type Obstacle, rcptWords, type Way } from "./hop_parameters.ts";
import { headerSectionOf } from "./message_header.ts";

export type EnvelopeCommands =
  | {
    readonly kind: "commands";
    readonly mail: string;
    /** One a forward-path, in order. */
    readonly rcpts: readonly string[];
    /** The content goes by BDAT and is not touched. */
    readonly binary: boolean;
  }
  | { readonly kind: "impossible"; readonly refused: Refused };

/** Lines end with CRLF. */
export function envelopeCommands(message: OutgoingMessage, way: Way): EnvelopeCommands {
  const { reversePath, forwardPaths } = message.envelope;
  const needs = needsOf(message);
  const obstacle = contentObstacle(message, needs, way);
  if (obstacle !== undefined) return impossible(obstacle);
  const carried = mailWords(message, way);
  if ("kind" in carried) return impossible(carried);
  const { offer } = way;
  const body = needs.binary ? "BINARYMIME" : needs.eightBit || declared(message, "BODY", "8BITMIME") ? "8BITMIME" : "";
  const words = [
    ...offer.size ? [`SIZE=${message.size}`] : [],
    ...(offer.eightBit || needs.binary) && body !== "" ? [`BODY=${body}`] : [],
    ...needs.utf8 ? ["SMTPUTF8"] : [],
    ...carried,
  ];
  return {
    kind: "commands",
    mail: command(`MAIL FROM:${formatPath(reversePath)}`, words),
    rcpts: forwardPaths.map((path) => command(`RCPT TO:${formatPath(path)}`, rcptWords(path.parameters ?? {}, way))),
    binary: needs.binary,
  };
}

interface Needs {
  readonly binary: boolean;
  readonly eightBit: boolean;
  readonly utf8Paths: boolean;
  readonly utf8: boolean;
}

function needsOf(message: OutgoingMessage): Needs {
  const { reversePath, forwardPaths } = message.envelope;
  const utf8Paths = [reversePath, ...forwardPaths].some(needsUtf8);
  return {
    binary: isBinary(message),
    eightBit: message.body.eightBit || !isAscii(message.head),
    utf8Paths,
    // RFC 6531 §3.4: what was declared and is not needed may go on without the extension.
    utf8: utf8Paths || (declared(message, "SMTPUTF8", true) && !isAscii(headerSectionOf(message))),
  };
}

// Content is never converted here, RFC 6152 §3 and RFC 3030 §3 notwithstanding: that would break its signatures.
function contentObstacle(message: OutgoingMessage, needs: Needs, { offer }: Way): Obstacle | undefined {
  const rows: readonly (readonly [applies: boolean, code: number, status: string, text: string])[] = [
    [needs.utf8Paths && !offer.smtpUtf8, 553, "5.6.7", "The next server does not take UTF-8 addresses"],
    [needs.utf8 && !offer.smtpUtf8, 554, "5.6.9", "The next server does not take UTF-8 header fields"],
    [needs.binary && !offer.binary, 554, "5.6.3", "The next server does not take binary content"],
    [needs.eightBit && !needs.binary && !offer.eightBit, 554, "5.6.3", "The next server does not take 8-bit content"],
    [message.size > offer.maxSize, 552, "5.3.4", `The next server takes messages of at most ${offer.maxSize} octets`],
  ];
  const row = rows.find(([applies]) => applies);
  if (row === undefined) return undefined;
  const [, code, status, text] = row;
  return { kind: "obstacle", code, status, text };
}

/** Its lines are not lines: RFC 3030 §3. */
export function isBinary(message: OutgoingMessage): boolean {
  return declared(message, "BODY", "BINARYMIME");
}

function declared(message: OutgoingMessage, keyword: string, value: string | true): boolean {
  const given = message.envelope.parameters[keyword];
  return typeof given === "string" ? given.toUpperCase() === value : given === value;
}

function command(start: string, words: readonly string[]): string {
  return `${[start, ...words].join(" ")}\r\n`;
}

function impossible({ code, status, text }: Obstacle): EnvelopeCommands {
  return { kind: "impossible", refused: { kind: "refused", code, status, text: [text] } };
}
