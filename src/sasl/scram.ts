// SCRAM-SHA-256 and SCRAM-SHA-256-PLUS: both sides prove that they know the password, and neither says it.
// RFC 5802, RFC 7677.

import { timingSafeEqual } from "node:crypto";
import { bindChannel, type ScramName } from "./channel_binding.ts";
import type { KeysClaim } from "./claim.ts";
import { authorizing, identified } from "./identity.ts";
import { type Answer, type Begin, failed, type Next, type Surroundings } from "./mechanism.ts";
import { readUtf8 } from "./prepare.ts";
import { hmac, type Keys, keysOf, type Knowledge, knowledgeOf, sha256 } from "./scram_keys.ts";
import {
  type ClientFinal,
  type ClientFirst,
  formatServerFinal,
  formatServerFirst,
  parseClientFinal,
  parseClientFirst,
} from "./scram_messages.ts";

/** What is settled of the exchange once the client has spoken first. */
interface Opened {
  readonly claim: KeysClaim;
  readonly first: ClientFirst;
  /** What the client must show of the channel. */
  readonly channel: Uint8Array;
  readonly nonce: string;
}

/** What the proof is to be checked against. `outcome` is that of a right one, and a failure for who does not exist. */
interface Expected {
  readonly knowledge: Knowledge;
  readonly serverFirst: string;
  readonly outcome: Next;
}

export function beginScram(mechanism: ScramName): Begin {
  return (initial, surroundings) => {
    const read = (response: Uint8Array): Next => readFirst(mechanism, response, surroundings);
    if (initial !== undefined) return read(initial);
    return { kind: "challenge", octets: new Uint8Array(0), onResponse: read };
  };
}

function readFirst(mechanism: ScramName, response: Uint8Array, surroundings: Surroundings): Next {
  const first = parseClientFirst(readUtf8(response) ?? "");
  if (first.kind !== "clientFirst") return failed(first.kind);
  const binding = bindChannel(mechanism, first.header, surroundings);
  if (binding.kind === "failed") return binding;
  const { user, header } = first;
  const claim: KeysClaim = { kind: "keys", mechanism, user, ...authorizing(user, header.authorize) };
  const opened: Opened = { claim, first, channel: binding.expected, nonce: first.nonce + surroundings.nonce() };
  return { kind: "ask", claim, onAnswer: (answer) => challenge(opened, answer, surroundings) };
}

/** Who is refused gets the same challenge as who is known: only the end tells, and it tells "wrong" to both. */
function challenge(opened: Opened, answer: Answer, { decoy }: Surroundings): Next {
  if (answer.kind === "unavailable") return failed("unavailable");
  const { claim, nonce } = opened;
  const given = answer.kind === "accepted" ? answer.keys : undefined;
  const known = given === undefined ? undefined : knowledgeOf(given, decoy.saltingFor(claim.user));
  if (answer.kind === "accepted" && known === undefined) return failed("unusableAnswer");
  if (known !== undefined) decoy.resemble(known);
  const knowledge = known ?? decoy.knowledgeFor(claim.user);
  const serverFirst = formatServerFirst(nonce, knowledge);
  const outcome = answer.kind === "accepted" ? identified(claim, answer) : failed("mismatch");
  const expected: Expected = { knowledge, serverFirst, outcome };
  return {
    kind: "challenge",
    octets: Buffer.from(serverFirst),
    onResponse: (response) => readFinal(opened, expected, response),
  };
}

async function readFinal(opened: Opened, expected: Expected, response: Uint8Array): Promise<Next> {
  const final = parseClientFinal(readUtf8(response) ?? "");
  if (final.kind !== "clientFinal") return failed(final.kind);
  if (final.nonce !== opened.nonce) return failed("malformed");
  if (Buffer.compare(final.binding, opened.channel) !== 0) return failed("channelBindingMismatch");
  const keys = await keysOf(expected.knowledge);
  // RFC 5802 §3.
  const signed = `${opened.first.bare},${expected.serverFirst},${final.withoutProof}`;
  const proved = proves(final, keys, signed);
  const { outcome } = expected;
  if (!proved || outcome.kind !== "succeeded") return proved ? outcome : failed("mismatch");
  return concludeWith(hmac(keys.serverKey, signed), outcome);
}

function proves({ proof }: ClientFinal, { storedKey }: Keys, signed: string): boolean {
  const signature = hmac(storedKey, signed);
  const clientKey = proof.map((octet, at) => octet ^ (signature[at] ?? 0));
  return timingSafeEqual(sha256(clientKey), storedKey);
}

/** RFC 4954 §4: 235 cannot carry the server's own proof, so it is one challenge more; the client has nothing to add. */
function concludeWith(signature: Uint8Array, outcome: Next): Next {
  return {
    kind: "challenge",
    octets: Buffer.from(formatServerFinal(signature)),
    onResponse: (response) => response.length === 0 ? outcome : failed("malformed"),
  };
}
