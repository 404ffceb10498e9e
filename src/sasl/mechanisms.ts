// How each mechanism begins, as a table. Which of them a client may use is said in src/smtp/extensions.ts.

import { beginCramMd5 } from "./cram_md5.ts";
import { beginExternal } from "./external.ts";
import { beginLogin } from "./login.ts";
import type { Begin, MechanismName } from "./mechanism.ts";
import { beginOauthBearer } from "./oauth_bearer.ts";
import { beginPlain } from "./plain.ts";
import { beginScram } from "./scram.ts";
import { beginXoauth2 } from "./xoauth2.ts";

export const mechanisms: { readonly [M in MechanismName]: { readonly begin: Begin } } = {
  "PLAIN": { begin: beginPlain },
  "LOGIN": { begin: beginLogin },
  "CRAM-MD5": { begin: beginCramMd5 },
  "SCRAM-SHA-256": { begin: beginScram("SCRAM-SHA-256") },
  "SCRAM-SHA-256-PLUS": { begin: beginScram("SCRAM-SHA-256-PLUS") },
  "XOAUTH2": { begin: beginXoauth2 },
  "OAUTHBEARER": { begin: beginOauthBearer },
  "EXTERNAL": { begin: beginExternal },
};
