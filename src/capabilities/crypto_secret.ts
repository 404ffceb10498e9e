// What is stored in the place of a password: read, and bounded by what checking one against it may cost. Pure.

import { type Knowledge, knowledgeOf } from "../sasl/scram_keys.ts";

export type StoredSecret = StoredKeys | StoredHash;

/** RFC 5803 §2, as PostgreSQL writes it: `SCRAM-SHA-256$iterations:salt$storedKey:serverKey`. */
export interface StoredKeys {
  readonly kind: "keys";
  readonly known: Extract<Knowledge, { readonly kind: "keys" }>;
}

/** In the string format of the Password Hashing Competition (PHC): `$scrypt$ln=16,r=8,p=1$salt$hash`, base64 without padding. */
export interface StoredHash {
  readonly kind: "scrypt";
  readonly cost: ScryptCost;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** RFC 7914 §2. */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** 2^17 * 8 * 1: half a second of a core and 128 MiB. Far less than 2^10 protects nothing. */
const scryptBounds = { leastLogN: 10, mostWork: 2 ** 20 };

/** A check of `scrypt` may allocate this much. */
export function memoryOf({ N, r, p }: ScryptCost): number {
  return 128 * r * (N + p + 2) + 1_000_000;
}

const keysForm = /^SCRAM-SHA-256\$(\d{1,6}):([A-Za-z0-9+/=]{1,100})\$([A-Za-z0-9+/=]{44}):([A-Za-z0-9+/=]{44})$/;
const hashForm = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43,86})$/;

/** Keys alone are read: there is nothing to salt. */
const noSalting = { salt: new Uint8Array(0), iterations: 0 };

/** `undefined`: neither form, or out of bounds. */
export function parseStoredSecret(text: string): StoredSecret | undefined {
  return parseKeys(text) ?? parseHash(text);
}

function parseKeys(text: string): StoredKeys | undefined {
  const [, iterations, salt = "", storedKey = "", serverKey = ""] = keysForm.exec(text) ?? [];
  if (iterations === undefined) return undefined;
  const known = knowledgeOf({ iterations: Number(iterations), salt, storedKey, serverKey }, noSalting);
  return known?.kind === "keys" ? { kind: "keys", known } : undefined;
}

function parseHash(text: string): StoredHash | undefined {
  const [, ln, r, p, salt = "", hash = ""] = hashForm.exec(text) ?? [];
  if (ln === undefined || Number(ln) < scryptBounds.leastLogN) return undefined;
  const cost: ScryptCost = { N: 2 ** Number(ln), r: Number(r), p: Number(p) };
  const work = cost.N * cost.r * cost.p;
  if (work === 0 || work > scryptBounds.mostWork) return undefined;
  return { kind: "scrypt", cost, salt: Buffer.from(salt, "base64"), hash: Buffer.from(hash, "base64") };
}
