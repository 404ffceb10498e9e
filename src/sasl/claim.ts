// What a client claims in an AUTH exchange, as the plugins are asked about it.

import type { Certificate } from "../../sdk/contract/event.ts";
import type { MechanismName } from "./mechanism.ts";
import type { Secret } from "./secret.ts";

export type Claim = PasswordClaim | DigestClaim | KeysClaim | TokenClaim | CertificateClaim;

interface Named {
  readonly mechanism: MechanismName;
  /** The authentication identity, prepared: whose secret it is. */
  readonly user: string;
  /** The authorization identity, if it is another than `user`: whom the client wants to be. RFC 4422 §2. */
  readonly authorize?: string;
}

/** PLAIN and LOGIN. */
export interface PasswordClaim extends Named {
  readonly kind: "password";
  readonly password: Secret;
}

/** CRAM-MD5: `digest` is, in lower-case hex, the HMAC-MD5 of `challenge` under the password. RFC 2195. */
export interface DigestClaim extends Named {
  readonly kind: "digest";
  readonly challenge: string;
  readonly digest: Secret;
}

/** SCRAM: nothing is claimed yet but the name; the plugin gives the keys or the password, the host checks the proof. */
export interface KeysClaim extends Named {
  readonly kind: "keys";
}

/** XOAUTH2 and OAUTHBEARER. `host` and `port` are what the client says it connected to. */
export interface TokenClaim {
  readonly kind: "token";
  readonly mechanism: MechanismName;
  /** Whom the client wants to be; absent: whoever the token belongs to. */
  readonly user?: string;
  readonly token: Secret;
  readonly host?: string;
  readonly port?: number;
}

/** EXTERNAL. */
export interface CertificateClaim {
  readonly kind: "certificate";
  readonly mechanism: MechanismName;
  /** Whom the client wants to be; absent: whoever the certificate belongs to. */
  readonly authorize?: string;
  readonly certificate: Certificate;
}
