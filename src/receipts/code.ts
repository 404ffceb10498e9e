// Codes of sessions: unique in a log of years and on any number of processes, and fit to be read out on the telephone.

import { randomBytes } from "node:crypto";

/** Without i, l, o and u, which are heard and read as others. In the order of their octets, so that codes sort. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

/** Characters of the time, good until the year 3058, and of the mark of a process. */
const timeLength = 7;
const markLength = 6;

/**
 * Makes codes such as `1ke4z8q-7m2px40`: the second, a mark of 30 random bits, how many there were in this second. One
 * maker never repeats itself, for its seconds never go back. Two make the same only with the same mark in the same
 * second: for 64 processes that lie together a chance of two in a million, each time they are all started.
 */
export function codeMaker(mark: string = randomMark(), clock: () => number = Date.now): () => string {
  let second = 0;
  let count = 0;
  return () => {
    const now = Math.floor(clock() / 1000);
    count = now > second ? 0 : count + 1;
    second = Math.max(second, now);
    return `${digits(second, timeLength)}-${mark}${digits(count, 1)}`;
  };
}

/** The code of a new session; with a dot and a number, that of a transaction of it. Of no use to an attacker. */
export const newSessionCode: () => string = codeMaker();

/** A code as somebody typed or read it out: brackets, blanks, case, a missing hyphen. `undefined`: that is none. */
export function readCode(text: string): string | undefined {
  const bare = text.toLowerCase().replace(/[^0-9a-z.]/g, "").replace(/^\.+|\.+$/g, "");
  const plain = bare.replaceAll("o", "0").replace(/[il]/g, "1").replaceAll("u", "v");
  const [, time = "", rest = "", number = ""] = /^([0-9a-z]{7})([0-9a-z]{7,16})((?:\.[0-9]{1,9})?)$/.exec(plain) ?? [];
  return time === "" ? undefined : `${time}-${rest}${number.replace(/^\.0+(?=.)/, ".")}`;
}

/** When the session of this code began, in milliseconds since 1970. */
export function timeOfCode(code: string): number {
  return [...code.slice(0, timeLength)].reduce((sum, digit) => sum * 32 + alphabet.indexOf(digit), 0) * 1000;
}

function randomMark(): string {
  return [...randomBytes(markLength)].map((octet) => alphabet[octet % 32]).join("");
}

function digits(number: number, least: number): string {
  let text = "";
  for (let rest = number; rest > 0 || text.length < least; rest = Math.floor(rest / 32)) {
    text = alphabet[rest % 32] + text;
  }
  return text;
}
