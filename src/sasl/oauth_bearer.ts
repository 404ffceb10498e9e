// OAUTHBEARER: a bearer token, with where the client believes it is connected. RFC 7628.

import { askAboutToken, refuseToken, type TokenRefusal } from "./ask_token.ts";
import { type BearerFields, parseBearer, parseBearerFields } from "./bearer_fields.ts";
import { type Gs2Header, parseGs2Header } from "./gs2_header.ts";
import { failed, type Next, type Surroundings } from "./mechanism.ts";
import { readUtf8 } from "./prepare.ts";

export function beginOauthBearer(initial: Uint8Array | undefined, surroundings: Surroundings): Next {
  const read = (response: Uint8Array): Next => readToken(response, surroundings);
  if (initial !== undefined) return read(initial);
  return { kind: "challenge", octets: new Uint8Array(0), onResponse: read };
}

function readToken(response: Uint8Array, { oauth }: Surroundings): Next {
  const header = parseGs2Header(readUtf8(response) ?? "");
  const fields = header?.rest.startsWith("\x01") === true ? parseBearerFields(header.rest.slice(1)) : undefined;
  const bearer = parseBearer(fields?.get("auth"));
  const port = parsePort(fields?.get("port"));
  if (header === undefined || fields === undefined || bearer.kind === "malformed" || port === "malformed") {
    return failed("malformed");
  }
  // RFC 7628 §3.1: there is no form of it with channel binding yet.
  if (header.binding.kind === "used") return failed("unsupportedChannelBinding");
  const refusal = refusalOf(oauth);
  if (bearer.kind === "none") return refuseToken(refusal);
  const where = { ...hostOf(fields), ...(port === undefined ? {} : { port }) };
  const claim = { kind: "token", mechanism: "OAUTHBEARER", ...userOf(header), token: bearer.token, ...where } as const;
  return askAboutToken(claim, refusal);
}

function refusalOf(oauth: Surroundings["oauth"]): TokenRefusal {
  return {
    status: "invalid_token",
    ...(oauth?.scope === undefined ? {} : { scope: oauth.scope }),
    ...(oauth?.openidConfiguration === undefined ? {} : { "openid-configuration": oauth.openidConfiguration }),
  };
}

function userOf({ authorize }: Gs2Header): { readonly user?: string } {
  return authorize === undefined ? {} : { user: authorize };
}

function hostOf(fields: BearerFields): { readonly host?: string } {
  const host = fields.get("host");
  return host === undefined || host === "" || host.length > 255 ? {} : { host };
}

function parsePort(text: string | undefined): number | undefined | "malformed" {
  if (text === undefined) return undefined;
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : "malformed";
}
