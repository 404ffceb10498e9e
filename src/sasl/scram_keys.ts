// What the server knows of a SCRAM user, from what a plugin answered. RFC 5802 §3, RFC 7677.

import { createHash, createHmac, pbkdf2 } from "node:crypto";
import { promisify } from "node:util";
import type { Keys as GivenKeys } from "../../sdk/contract/verdict.ts";
import { decodeBase64 } from "./base64.ts";
import { preparePasswordForKeys } from "./prepare.ts";
import { Secret } from "./secret.ts";

/** RFC 7677 §4 asks for 4096 at least. More than the other is a client kept busy, or a slip of the operator. */
const iterationBounds = { least: 4096, most: 600_000 };
const saltBounds = { least: 8, most: 64 };
const keyOctets = 32;

/** What the client must be told before it can compute its proof. */
export interface Salting {
  readonly salt: Uint8Array;
  readonly iterations: number;
}

export interface Keys {
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/** The keys, or what they can be made from when they are needed. */
export type Knowledge = KeysKnown | PasswordKnown;

interface KeysKnown extends Salting {
  readonly kind: "keys";
  readonly keys: Keys;
}

interface PasswordKnown extends Salting {
  readonly kind: "password";
  readonly password: Secret;
}

/** `undefined`: what the plugin gave is out of bounds. `salting` is for a password. */
export function knowledgeOf(given: GivenKeys, salting: Salting): Knowledge | undefined {
  if (!("password" in given)) return decodeKeys(given);
  const password = preparePasswordForKeys(given.password);
  return password === undefined ? undefined : { kind: "password", ...salting, password: new Secret(password) };
}

const deriveOctets = promisify(pbkdf2);

/** Made from a password they cost the time of its iterations, spent outside the event loop. */
export async function keysOf(knowledge: Knowledge): Promise<Keys> {
  if (knowledge.kind === "keys") return knowledge.keys;
  const { password, salt, iterations } = knowledge;
  const salted = await deriveOctets(password.reveal(), salt, iterations, keyOctets, "sha256");
  return { storedKey: sha256(hmac(salted, "Client Key")), serverKey: hmac(salted, "Server Key") };
}

export function hmac(key: Uint8Array, text: string): Uint8Array {
  return createHmac("sha256", key).update(text).digest();
}

export function sha256(octets: Uint8Array): Uint8Array {
  return createHash("sha256").update(octets).digest();
}

function decodeKeys(
  { salt, iterations, storedKey, serverKey }: Exclude<GivenKeys, { password: string }>,
): KeysKnown | undefined {
  const salting = decodeBounded(salt, saltBounds.least, saltBounds.most);
  const stored = decodeBounded(storedKey, keyOctets, keyOctets);
  const server = decodeBounded(serverKey, keyOctets, keyOctets);
  const { least, most } = iterationBounds;
  const counted = Number.isInteger(iterations) && iterations >= least && iterations <= most;
  if (!counted || salting === undefined || stored === undefined || server === undefined) return undefined;
  return { kind: "keys", salt: salting, iterations, keys: { storedKey: stored, serverKey: server } };
}

function decodeBounded(text: string, least: number, most: number): Uint8Array | undefined {
  const octets = text.length <= 2 * most ? decodeBase64(text) : undefined;
  return octets !== undefined && octets.length >= least && octets.length <= most ? octets : undefined;
}
