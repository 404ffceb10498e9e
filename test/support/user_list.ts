// A plugin that knows a few users and what each of them proves it by, whatever the mechanism.

import { createHmac } from "node:crypto";
import type { AuthEvent } from "../../sdk/contract/event.ts";
import type { Answer } from "../../sdk/contract/verdict.ts";
import type { Registered } from "../../src/hooks/chains.ts";
import { nativePlugin } from "./native_plugin.ts";

/** Secrets by name: password, bearer token, or the name of the host in the client's certificate. */
export function userList(users: { readonly [name: string]: string }): Registered {
  return nativePlugin("user_list", { auth: (event) => judge(event, users) });
}

function judge(event: AuthEvent, users: { readonly [name: string]: string }): Answer {
  const secret = users[event.claimed];
  if (event.step === "keys" && secret !== undefined) {
    return { verdict: "accept", user: event.claimed, keys: { password: secret } };
  }
  const known = Object.entries(users).find(([name, secret]) => proves(event, name, secret));
  return known === undefined ? { verdict: "reject", text: "no" } : { verdict: "accept", user: known[0] };
}

function proves(event: AuthEvent, name: string, secret: string): boolean {
  const { claimed, password, token, challenge, digest, certificate } = event;
  if (certificate !== undefined) return certificate.verified && certificate.names.includes(secret);
  if (token !== undefined) return token === secret && (claimed === name || claimed === "");
  if (digest === undefined) return claimed === name && password === secret;
  return claimed === name && digest === createHmac("md5", secret).update(challenge ?? "").digest("hex");
}
