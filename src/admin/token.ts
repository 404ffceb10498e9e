// Tokens: 256 random bits, of which only the hash is kept.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { isRole, type Role } from "./role.ts";

export interface Token {
  /** Whom the audit log names. */
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of its text. Nobody guesses 256 random bits, so a slow hash would only make every request slow. */
  readonly hash: Uint8Array;
}

/** Lower case, so that it can be read out; at most 64 characters. */
export const tokenName: RegExp = /^[a-z][a-z0-9_.-]{0,63}$/;

/** Lines of the file that are read. */
export const mostTokens = 1000;

/** What is shown once, and never kept. Its first letters tell scanners of leaked secrets what it is. */
export function newTokenText(): string {
  return `qpsmtpd_${randomBytes(32).toString("base64url")}`;
}

export function hashOf(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}

/** One line of the file: `NAME ROLE HASH`. */
export function formatToken({ name, role, hash }: Token): string {
  return `${name} ${role} ${Buffer.from(hash).toString("hex")}`;
}

/** Blank lines, comments and what is no token are passed over: a broken line lets nobody in. */
export function parseTokens(text: string): readonly Token[] {
  return text.split("\n", mostTokens).flatMap((line) => {
    const [name = "", role = "", hash = "", ...more] = line.trim().split(/\s+/);
    const whole = tokenName.test(name) && isRole(role) && /^[0-9a-f]{64}$/.test(hash) && more.length === 0;
    return whole ? [{ name, role, hash: Buffer.from(hash, "hex") }] : [];
  });
}

/** Takes as long whichever matches, or none. */
export function matching(tokens: readonly Token[], presented: string): Token | undefined {
  const hash = hashOf(presented);
  let found: Token | undefined;
  for (const token of tokens) if (timingSafeEqual(token.hash, hash)) found = token;
  return found;
}
