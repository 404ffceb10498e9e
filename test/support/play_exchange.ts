// Plays one SASL exchange in memory: a client as a function, plugins as a function, and all that was seen of it.

import type { Claim } from "../../src/sasl/claim.ts";
import { Decoy } from "../../src/sasl/decoy.ts";
import type { Answer, Failed, MechanismName, Next, Succeeded, Surroundings } from "../../src/sasl/mechanism.ts";
import { mechanisms } from "../../src/sasl/mechanisms.ts";

/** What a client says: text for its UTF-8, or octets. */
export type Said = string | Uint8Array;

export interface ExchangeClient {
  /** Absent: AUTH had no initial response. */
  readonly initial?: Said;
  readonly respond?: (challenge: string) => Said | Promise<Said>;
}

export interface Played {
  readonly challenges: readonly string[];
  readonly claims: readonly Claim[];
  readonly end: Succeeded | Failed;
}

export type Plugins = (claim: Claim) => Answer;

export function accepting(): Answer {
  return { kind: "accepted" };
}

export function refusing(): Answer {
  return { kind: "refused" };
}

/** Everything fixed: the same exchange goes the same way every time. */
export function surroundings(changed: Partial<Surroundings> = {}): Surroundings {
  return {
    hostname: "mx.test",
    offered: [],
    nonce: () => "serverNonce",
    now: () => 1_700_000_000_999,
    decoy: new Decoy(new Uint8Array(32).fill(7)),
    channelBinding: () => undefined,
    ...changed,
  };
}

export async function play(
  mechanism: MechanismName,
  client: ExchangeClient,
  plugins: Plugins = refusing,
  around: Surroundings = surroundings(),
): Promise<Played> {
  const challenges: string[] = [];
  const claims: Claim[] = [];
  let next: Next = mechanisms[mechanism].begin(
    client.initial === undefined ? undefined : octetsOf(client.initial),
    around,
  );
  for (let steps = 0; steps < 10; steps++) {
    if (next.kind === "succeeded" || next.kind === "failed") return { challenges, claims, end: next };
    if (next.kind === "ask") {
      claims.push(next.claim);
      next = next.onAnswer(plugins(next.claim));
    } else {
      const challenge = new TextDecoder().decode(next.octets);
      challenges.push(challenge);
      next = await next.onResponse(octetsOf(await client.respond?.(challenge) ?? ""));
    }
  }
  throw new Error(`${mechanism} goes on without end`);
}

/** Says these one after the other. */
export function saying(...responses: readonly Said[]): ExchangeClient {
  const left = [...responses];
  return { respond: () => left.shift() ?? "" };
}

export function octetsOf(said: Said): Uint8Array {
  return typeof said === "string" ? new TextEncoder().encode(said) : said;
}
