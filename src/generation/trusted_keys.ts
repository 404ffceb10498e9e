// The keys whose plugins are run, if the operator wants signatures; read anew for each generation.

import { createPublicKey } from "node:crypto";
import type { PluginsChoice } from "../config/config.ts";
import { displayPath } from "../config/display_path.ts";
import { readText } from "../config/read_text.ts";
import { publicKeyOf } from "../plugins/signature.ts";

/** `keys` in base64; absent if signatures are not demanded. Problems are `path: what`. */
export type TrustedKeys =
  | { readonly kind: "keys"; readonly keys?: readonly string[] }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

const mostOctets = 10_000;

export function readTrustedKeys({ signatures, trustedKeys }: PluginsChoice): TrustedKeys {
  const read = trustedKeys.map((trusted) => "key" in trusted ? { key: trusted.key } : keyIn(trusted.file));
  const problems = read.flatMap((each, index) => {
    return "why" in each ? [`plugins.trusted_keys[${index}]: ${each.why}`] : [];
  });
  if (problems.length > 0) return { kind: "problems", problems };
  // Read all the same: whoever demands signatures one day shall not find a mistake of today.
  if (signatures === "off") return { kind: "keys" };
  return { kind: "keys", keys: read.flatMap((each) => "key" in each ? [each.key] : []) };
}

function keyIn(path: string): { readonly key: string } | { readonly why: string } {
  const read = readText(path, mostOctets);
  const place = displayPath(path);
  if (read.kind === "missing") return { why: `there is no file ${place}: give a key in base64, or a PEM file` };
  if (read.kind === "unreadable") return { why: `${place} cannot be read: ${read.why}` };
  if (read.text.includes("PRIVATE KEY")) return { why: `${place} is a private key, which the server must not have` };
  try {
    const key = createPublicKey(read.text);
    if (key.asymmetricKeyType === "ed25519") return { key: publicKeyOf(key) };
    return { why: `${place} is a key of the kind ${key.asymmetricKeyType}; it must be Ed25519` };
  } catch {
    return { why: `${place} holds no public key in PEM` };
  }
}
