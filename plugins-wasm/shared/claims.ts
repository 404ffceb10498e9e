// For tests of the hook auth: what clients claim, and what they must hear.

import { defer, reject } from "#sdk";
import type { Answer, AuthEvent } from "#sdk";
import { authEvent } from "#sdk/testing";

export const wrong: Answer = reject("Wrong password", { status: "5.7.8" });
export const foreign: Answer = reject("Nobody may act for another", { status: "5.7.8" });
export const later: Answer = defer("Passwords cannot be checked now, try again later", { status: "4.7.0" });

export function isUser(user: string, keys?: Answer["keys"]): Answer {
  return { verdict: "accept", user, ...(keys === undefined ? {} : { keys }) };
}

// One password, "pencil": RFC 7677 §3, and the hash with N = 1024, made by Python's hashlib.
export const salt = "W22ZaJ0SNY7soEsUEjb6gQ==";
export const storedKey = "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=";
export const serverKey = "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
export const scram: string = `SCRAM-SHA-256$4096:${salt}$${storedKey}:${serverKey}`;
export const scrypt = "$scrypt$ln=10,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$8QnbqxnWftopcVJgUwCpa5tl4EuJwqIm91lIh9n00kY";

// RFC 2195 §2; the password is "tanstaaftanstaaf".
const challenge = "<1896.697170952@postoffice.reston.mci.net>";
export const digest = "b913a602c7eda7a495b4e6e7334d3890";

/** Without the password that the sample event has. */
export function claim(overrides: Partial<AuthEvent>): AuthEvent {
  const { password: _, ...rest } = authEvent();
  return { ...rest, ...overrides };
}

export function plain(claimed: string, password: string, rest: Partial<AuthEvent> = {}): AuthEvent {
  return claim({ claimed, password, ...rest });
}

export function cram(claimed: string, answered: string = digest): AuthEvent {
  return claim({ mechanism: "CRAM-MD5", claimed, challenge, digest: answered });
}

export function keysFor(claimed: string, rest: Partial<AuthEvent> = {}): AuthEvent {
  return claim({ mechanism: "SCRAM-SHA-256", step: "keys", claimed, ...rest });
}
