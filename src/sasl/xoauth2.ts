// XOAUTH2: user and bearer token in one response. Google's forerunner of OAUTHBEARER, spoken by Microsoft too.

import { askAboutToken, refuseToken, type TokenRefusal } from "./ask_token.ts";
import { parseBearer, parseBearerFields } from "./bearer_fields.ts";
import { failed, type Next, type Surroundings } from "./mechanism.ts";
import { prepareName, readUtf8 } from "./prepare.ts";

export function beginXoauth2(initial: Uint8Array | undefined, surroundings: Surroundings): Next {
  const read = (response: Uint8Array): Next => readToken(response, surroundings);
  if (initial !== undefined) return read(initial);
  return { kind: "challenge", octets: new Uint8Array(0), onResponse: read };
}

function readToken(response: Uint8Array, { oauth }: Surroundings): Next {
  const fields = parseBearerFields(readUtf8(response) ?? "");
  const user = prepareName(fields?.get("user") ?? "");
  const bearer = parseBearer(fields?.get("auth"));
  if (user === undefined || bearer.kind === "malformed") return failed("malformed");
  const scope = oauth?.scope === undefined ? {} : { scope: oauth.scope };
  const refusal: TokenRefusal = { status: "401", schemes: "bearer", ...scope };
  if (bearer.kind === "none") return refuseToken(refusal);
  return askAboutToken({ kind: "token", mechanism: "XOAUTH2", user, token: bearer.token }, refusal);
}
