// The client side of SCRAM-SHA-256 (RFC 5802 §3, RFC 7677), on Web Crypto and sharing nothing with the server.

import type { ExchangeClient } from "./play_exchange.ts";

export interface ScramClientSettings {
  readonly user: string;
  readonly password: string;
  readonly nonce?: string;
  /** With its last comma. */
  readonly header?: string;
  readonly channel?: Uint8Array;
  /** Changes the last message on its way. */
  readonly tamper?: (final: string) => string;
}

export interface ScramClient extends ExchangeClient {
  readonly initial: string;
  readonly respond: (challenge: string) => Promise<string>;
  /** The last message it sent. */
  readonly final: () => string;
  /** The server has proved that it knows the keys as well. */
  readonly convinced: () => boolean;
}

export function scramClient(settings: ScramClientSettings): ScramClient {
  const { header = "n,,", nonce = "clientNonce", channel = new Uint8Array(0) } = settings;
  const escaped = settings.user.replaceAll("=", "=3D").replaceAll(",", "=2C");
  const bare = `n=${escaped},r=${nonce}`;
  const binding = Buffer.concat([Buffer.from(header), channel]).toString("base64");
  let signature = "";
  let final = "";
  let convinced = false;
  const prove = async (challenge: string): Promise<string> => {
    const said = Object.fromEntries(challenge.split(",").map((part) => [part[0], part.slice(2)]));
    const withoutProof = `c=${binding},r=${said["r"]}`;
    const signed = `${bare},${challenge},${withoutProof}`;
    const salted = await stretch(settings.password, Buffer.from(said["s"] ?? "", "base64"), Number(said["i"]));
    const clientKey = await mac(salted, "Client Key");
    const storedKey = new Uint8Array(await crypto.subtle.digest("SHA-256", clientKey));
    const clientSignature = await mac(storedKey, signed);
    const proof = clientKey.map((octet, at) => octet ^ (clientSignature[at] ?? 0));
    signature = Buffer.from(await mac(await mac(salted, "Server Key"), signed)).toString("base64");
    return `${withoutProof},p=${Buffer.from(proof).toString("base64")}`;
  };
  return {
    initial: `${header}${bare}`,
    respond: async (challenge) => {
      if (challenge.startsWith("v=")) convinced = challenge === `v=${signature}`;
      if (!challenge.startsWith("r=")) return "";
      final = await prove(challenge);
      return settings.tamper?.(final) ?? final;
    },
    final: () => final,
    convinced: () => convinced,
  };
}

async function stretch(password: string, salt: Uint8Array, iterations: number): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(password), "PBKDF2", false, ["deriveBits"]);
  const parameters = { name: "PBKDF2", hash: "SHA-256", salt: new Uint8Array(salt), iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, 256));
}

async function mac(key: Uint8Array<ArrayBuffer>, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, new TextEncoder().encode(text)));
}
