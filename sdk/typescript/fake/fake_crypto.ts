// Digests of the runtime that the test runs on. Random octets are as random as in the server.

import { createHash, createHmac, randomBytes } from "node:crypto";

type Encoded = { readonly text?: string; readonly base64?: string };

interface Asked {
  readonly do: string;
  readonly algorithm: string;
  readonly encoding: "hex" | "base64";
  readonly of: Encoded;
  readonly key: Encoded;
  readonly a: Encoded;
  readonly b: Encoded;
  readonly octets: number;
}

export function fakeCrypto(request: object): unknown {
  const asked = request as Asked;
  switch (asked.do) {
    case "hash":
      return createHash(asked.algorithm).update(decoded(asked.of)).digest(asked.encoding);
    case "hmac":
      return createHmac(asked.algorithm, decoded(asked.key)).update(decoded(asked.of)).digest(asked.encoding);
    case "equal":
      return decoded(asked.a).equals(decoded(asked.b));
    default:
      return randomBytes(asked.octets).toString("base64");
  }
}

function decoded({ text, base64 }: Encoded): Buffer {
  return text === undefined ? Buffer.from(base64 ?? "", "base64") : Buffer.from(text);
}
