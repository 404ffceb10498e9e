// Answers of plugins, fates of messages and ends of exchanges by the throw of dice.

import type { ExchangeEnding } from "../../src/smtp/end_exchange.ts";
import type { Decision } from "../../src/smtp/decision.ts";
import type { MessageEnding } from "../../src/smtp/message_ending.ts";
import type { Dice } from "../support/random_module.ts";

const verdicts = ["pass", "pass", "accept", "accept", "accept", "accept", "reject", "defer"] as const;

const plainEndings = [
  "tooLarge",
  "headerTooLarge",
  "tooManyHeaderFields",
  "loop",
  "brokenLines",
  "nul",
  "storageFull",
  "failed",
] as const;
const failures = [
  "refused",
  "deferred",
  "cancelled",
  "notBase64",
  "malformed",
  "initialNotAllowed",
  "tooLong",
] as const;

/** Also codes and status that contradict the verdict, and text that would break a line: no plugin is trusted. */
export function randomDecision(dice: Dice): Decision {
  const text = dice.oneOf([[], [], ["no"], ["one", "two"], ["a\r\n250 OK", "\x1b[31mé"], [""], ["long ".repeat(300)]]);
  return {
    verdict: dice.oneOf(verdicts),
    text,
    ...(dice.roll(3) === 0 ? { code: dice.oneOf([200, 354, 421, 450, 499, 550, 559, 599, 1000, 4.5, NaN]) } : {}),
    ...(dice.roll(3) === 0 ? { status: dice.oneOf(["2.0.0", "4.7.1", "5.7.1", "5.1234.1", "x", ""]) } : {}),
    disconnect: dice.roll(40) === 0,
  };
}

export function randomEnding(dice: Dice): MessageEnding {
  switch (dice.roll(8)) {
    case 0:
      return { kind: "refused", decision: randomDecision(dice) };
    case 1:
      return {
        kind: "nextHop",
        code: dice.oneOf([250, 354, 421, 450, 550, 700]),
        text: dice.oneOf([[], ["its\r\nwords"]]),
      };
    case 2:
      return { kind: dice.oneOf(plainEndings) };
    default:
      return { kind: "accepted" };
  }
}

export function randomExchangeEnding(dice: Dice, mechanism: string): ExchangeEnding {
  if (dice.roll(3) === 0) return { kind: "authenticated", user: "a", mechanism };
  return { kind: dice.oneOf(failures) };
}
