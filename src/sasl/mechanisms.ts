// The mechanisms as a table: how each begins, what a connection must have for it, and what it gives away.

import { beginCramMd5 } from "./cram_md5.ts";
import { beginExternal } from "./external.ts";
import { beginLogin } from "./login.ts";
import type { Begin, MechanismName } from "./mechanism.ts";
import { beginOauthBearer } from "./oauth_bearer.ts";
import { beginPlain } from "./plain.ts";
import { beginScram } from "./scram.ts";
import { beginXoauth2 } from "./xoauth2.ts";

/** `tls` is needed whatever `auth.without_tls` says. */
export type Need = "tls" | "channelBinding" | "certificate";

export interface Mechanism {
  readonly begin: Begin;
  readonly needs: readonly Need[];
  /** What the line itself carries, readable by all without TLS. */
  readonly carries: "password" | "token" | "proof" | "nothing";
}

// RFC 6750 §5.3: a bearer token never goes without TLS. A certificate and a channel binding do not exist without it.
export const mechanisms: { readonly [M in MechanismName]: Mechanism } = {
  "PLAIN": { begin: beginPlain, needs: [], carries: "password" },
  "LOGIN": { begin: beginLogin, needs: [], carries: "password" },
  "CRAM-MD5": { begin: beginCramMd5, needs: [], carries: "proof" },
  "SCRAM-SHA-256": { begin: beginScram("SCRAM-SHA-256"), needs: [], carries: "proof" },
  "SCRAM-SHA-256-PLUS": { begin: beginScram("SCRAM-SHA-256-PLUS"), needs: ["channelBinding"], carries: "proof" },
  "XOAUTH2": { begin: beginXoauth2, needs: ["tls"], carries: "token" },
  "OAUTHBEARER": { begin: beginOauthBearer, needs: ["tls"], carries: "token" },
  "EXTERNAL": { begin: beginExternal, needs: ["certificate"], carries: "nothing" },
};
