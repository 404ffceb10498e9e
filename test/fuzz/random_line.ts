// Makes command lines out of a seed: what clients send, what they get wrong, and what only an attacker would send.

import type { Dice } from "../support/random_module.ts";

/** Octets of the longest line that a client of any extension may send. RFC 4954 §4. */
export const longestLine = 12_288;

type Make = (dice: Dice) => string;

const text = (dice: Dice, ...choices: readonly (string | Make)[]): string => {
  const choice = dice.oneOf(choices);
  return typeof choice === "string" ? choice : choice(dice);
};

const domain: Make = (dice) =>
  text(
    dice,
    "example.org",
    "b.test",
    "xn--bcher-kva.example",
    "bücher.example",
    "例え.テスト",
    "[192.0.2.1]",
    "[IPv6:2001:db8::1]",
    "[IPv6:::ffff:192.0.2.1]",
    "[x-tag:any]text]",
    "[999.1.2.3]",
    "-a.example",
    "a..b",
    `${"a".repeat(63)}.example`,
    `${"a".repeat(64)}.example`,
    `${"ab.".repeat(84)}example`,
    "",
  );

const localPart: Make = (dice) =>
  text(
    dice,
    "a",
    "postmaster",
    "a.b+c",
    '"a b"',
    '"\\"\\\\"',
    '"',
    "a..b",
    ".a",
    "ü",
    "用户",
    "a".repeat(65),
    "\u{1f600}",
    "",
  );

const path: Make = (dice) =>
  text(
    dice,
    () => `<${localPart(dice)}@${domain(dice)}>`,
    () => `<${localPart(dice)}@${domain(dice)}>`,
    "<a@b.test>",
    "<c@d.test>",
    "<>",
    "<postmaster>",
    "<@relay.test,@other.test:a@b.test>",
    () => `<@${domain(dice)}:${localPart(dice)}@${domain(dice)}>`,
    "a@b.test",
    "<a@b.test",
    "<<a@b.test>>",
    "",
  );

const parameter: Make = (dice) =>
  text(
    dice,
    () => `SIZE=${dice.oneOf(["0", "999", "1001", "99999999999999999999", "-1", "1e3", ""])}`,
    () => `BODY=${dice.oneOf(["7BIT", "8bitmime", "BINARYMIME", "x"])}`,
    "SMTPUTF8",
    "AUTH=<>",
    "AUTH=a+2Bb@c.test",
    "RET=HDRS",
    "RET=x",
    "ENVID=a+2Bb",
    "ENVID=a+0D+0Ab",
    "REQUIRETLS",
    "MT-PRIORITY=-3",
    "BY=120;RT",
    "HOLDFOR=60",
    "HOLDUNTIL=2026-11-22T12:00:00Z",
    "NOTIFY=SUCCESS,DELAY",
    "NOTIFY=NEVER,FAILURE",
    "ORCPT=rfc822;a@b.test",
    "ORCPT=utf-8;\\x{FC}@b.test",
    "ORCPT=rfc822;" + "a".repeat(600),
    "X=1",
    "=",
    "__proto__=1",
    "constructor",
  );

const base64: Make = (dice) => text(dice, "=", "AGEAYg==", "YQ", "*", "!", "A".repeat(4 * (1 + dice.roll(3000))), "");

const valid: readonly string[] = [
  "EHLO client.test",
  "LHLO client.test",
  "HELO client.test",
  "MAIL FROM:<a@b.test>",
  "MAIL FROM:<>",
  "MAIL FROM:<a@b.test> BODY=BINARYMIME SIZE=10",
  "RCPT TO:<c@d.test>",
  "RCPT TO:<c@d.test>",
  "RCPT TO:<c@d.test>",
  "RCPT TO:<c@d.test> NOTIFY=NEVER",
  "DATA",
  "DATA",
  "BDAT 10",
  "BDAT 0 LAST",
  "RSET",
  "STARTTLS",
  "AUTH PLAIN AGEAYg==",
];

const grammar: readonly Make[] = [
  (dice) => `${dice.oneOf(["EHLO", "HELO", "LHLO"])} ${text(dice, domain, "a b", "x".repeat(256), "\u202e", "")}`,
  (dice) => `MAIL FROM:${dice.oneOf(["", " ", "  "])}${path(dice)}${parameters(dice)}`,
  (dice) => `RCPT TO:${dice.oneOf(["", " ", "  "])}${path(dice)}${parameters(dice)}`,
  (dice) =>
    `BDAT ${dice.oneOf(["0", "1", "999999999999999", "1000000000000000", "-1", "x", ""])}${
      dice.oneOf(["", " LAST", " last", " X"])
    }`,
  (dice) => `AUTH ${dice.oneOf(["PLAIN", "LOGIN", "CRAM-MD5", "scram-sha-256", "EXTERNAL", "X", ""])} ${base64(dice)}`,
  (dice) =>
    `${dice.oneOf(["STARTTLS", "DATA", "RSET", "QUIT", "NOOP", "HELP", "VRFY", "EXPN", "ETRN", "TURN"])}${
      dice.oneOf(["", " ", " x", "\tx"])
    }`,
  (dice) =>
    `XCLIENT ${dice.oneOf(["NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "X"])}=${
      dice.oneOf(["x", "192.0.2.9", "IPV6:::1", "[UNAVAILABLE]", "25", "+00+0D", "", "=="])
    }`,
  (dice) =>
    `XFORWARD ${dice.oneOf(["NAME", "ADDR", "PORT", "IDENT", "SOURCE"])}=${
      dice.oneOf(["x", "LOCAL", "[TEMPUNAVAIL]", "+", "é"])
    }`,
];

/** Text that a program would have to look at again and again if it looked badly. */
const runs: readonly string[] = [
  " ",
  "\t",
  "a ",
  "a.",
  "@",
  ":",
  "\\",
  '"',
  "<",
  "=",
  "+2B",
  "é",
  "a@",
  ",",
  "[",
  "x=",
];

/** One line without its end; a latin1 character an octet. Half of them are valid at the right time. */
export function randomLine(dice: Dice): string {
  if (dice.roll(2) === 0) return octets(dice.oneOf(valid));
  const line = dice.oneOf(grammar)(dice);
  switch (dice.roll(10)) {
    case 0:
      return mutated(octets(line), dice);
    case 1:
      return dice.roll(20) === 0 ? octets(stretched(line, dice)).slice(0, longestLine) : octets(line);
    case 2:
      return Array.from({ length: dice.roll(80) }, () => String.fromCharCode(dice.roll(256))).join("");
    case 3:
      return octets(line.toLowerCase());
    default:
      return octets(line);
  }
}

function parameters(dice: Dice): string {
  return Array.from({ length: dice.roll(3) }, () => `${dice.oneOf([" ", " ", "  ", ""])}${parameter(dice)}`).join("");
}

/** Octets changed, taken away, doubled. */
function mutated(line: string, dice: Dice): string {
  let spoilt = line;
  for (let rounds = 1 + dice.roll(3); rounds > 0; rounds--) {
    const at = dice.roll(spoilt.length + 1);
    const octet = String.fromCharCode(
      dice.oneOf([0, 9, 10, 13, 0x20, 0x22, 0x3c, 0x3e, 0x40, 0x5c, 0x7f, 0x80, 0xff, dice.roll(256)]),
    );
    const kept = spoilt.slice(at + dice.roll(3));
    spoilt = spoilt.slice(0, at) + dice.oneOf([octet, "", spoilt.slice(at, at + 4)]) + kept;
  }
  return spoilt;
}

/** One place of it blown up to thousands of octets. */
function stretched(line: string, dice: Dice): string {
  const at = dice.roll(line.length + 1);
  return line.slice(0, at) + dice.oneOf(runs).repeat(dice.roll(dice.oneOf([100, 2000, longestLine]))) + line.slice(at);
}

function octets(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
