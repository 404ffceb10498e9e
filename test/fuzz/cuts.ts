// Cuts octets into pieces, by a rule that a seed repeats.

import type { Dice } from "../support/random_module.ts";

/** Every octet by itself. */
export function singly(octets: string): readonly string[] {
  return octets.match(/[^]/g) ?? [];
}

/** Pieces of 1 to 12 octets for the most part, now and then a long one; cuts within a CRLF come often. */
export function randomly(octets: string, dice: Dice): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at < octets.length;) {
    const crlf = octets.indexOf("\r\n", at);
    const length = dice.roll(3) === 0 && crlf !== -1 ? crlf + 1 - at : 1 + dice.roll(dice.roll(8) === 0 ? 3000 : 12);
    pieces.push(octets.slice(at, at + length));
    at += length;
  }
  return pieces;
}
