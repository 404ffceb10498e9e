// Which of the configured mechanisms this connection may use, as EHLO says and AUTH holds to.

import { type MechanismName, mechanismNames } from "./mechanism.ts";
import { mechanisms, type Need } from "./mechanisms.ts";

export interface Situation {
  readonly tls: boolean;
  /** Is there any channel binding on this connection and runtime? */
  readonly channelBinding: boolean;
  /** The client showed a certificate, and it was verified. */
  readonly verifiedCertificate: boolean;
  /** `auth.without_tls`. */
  readonly withoutTls: boolean;
}

/** How AUTH with a name is to be taken. */
export type Choice =
  | { readonly kind: "offered"; readonly mechanism: MechanismName }
  /** It would be, under TLS. */
  | { readonly kind: "needsTls" }
  | { readonly kind: "unknown" };

/** In the order of the configuration. */
export function offeredMechanisms(
  configured: readonly MechanismName[],
  situation: Situation,
): readonly MechanismName[] {
  if (!situation.tls && !situation.withoutTls) return [];
  return configured.filter((name) => mechanisms[name].needs.every((need) => has(situation, need)));
}

/** `word` in any case, RFC 4954 §4. */
export function chooseMechanism(word: string, configured: readonly MechanismName[], situation: Situation): Choice {
  const upper = word.toUpperCase();
  const mechanism = mechanismNames.find((name) => name === upper);
  if (mechanism === undefined || !configured.includes(mechanism)) return { kind: "unknown" };
  if (offeredMechanisms(configured, situation).includes(mechanism)) return { kind: "offered", mechanism };
  const onlyTls = !situation.tls && offeredMechanisms(configured, { ...situation, tls: true }).includes(mechanism);
  return { kind: onlyTls ? "needsTls" : "unknown" };
}

function has({ tls, channelBinding, verifiedCertificate }: Situation, need: Need): boolean {
  if (!tls) return false;
  return need === "tls" || (need === "channelBinding" ? channelBinding : verifiedCertificate);
}
