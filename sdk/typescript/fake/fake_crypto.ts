// Digests of the runtime that the test runs on. Random octets are as random as in the server.

import { createHash, createHmac, pbkdf2Sync, randomBytes, scryptSync } from "node:crypto";
import { HostError } from "../host/host_error.ts";

type Encoded = { readonly text?: string; readonly base64?: string };

interface Asked {
  readonly do: string;
  readonly algorithm: string;
  readonly encoding: "hex" | "base64";
  readonly of: Encoded;
  readonly key: Encoded;
  readonly a: Encoded;
  readonly b: Encoded;
  readonly secret: string;
  readonly password: string;
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
    case "verifyPassword":
      return isMadeOf(asked.secret, asked.password);
    default:
      return randomBytes(asked.octets).toString("base64");
  }
}

function decoded({ text, base64 }: Encoded): Buffer {
  return text === undefined ? Buffer.from(base64 ?? "", "base64") : Buffer.from(text);
}

/** Costs are those of the test's own secrets: nothing bounds them. */
function isMadeOf(secret: string, password: string): boolean {
  const [, iterations, salted = "", storedKey = ""] = /^SCRAM-SHA-256\$(\d+):(.+)\$(.+):.+$/.exec(secret) ?? [];
  if (iterations !== undefined) {
    const salt = Buffer.from(salted, "base64");
    const key = pbkdf2Sync(password.normalize("NFKC"), salt, Number(iterations), 32, "sha256");
    const clientKey = createHmac("sha256", key).update("Client Key").digest();
    return createHash("sha256").update(clientKey).digest("base64") === storedKey;
  }
  const [, ln, r, p, salt = "", hash = ""] = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$(.+)\$(.+)$/.exec(secret) ?? [];
  if (ln === undefined) throw new HostError("badRequest", "secret: must be SCRAM-SHA-256$... or $scrypt$...");
  const expected = Buffer.from(hash, "base64");
  const cost = { N: 2 ** Number(ln), r: Number(r), p: Number(p), maxmem: 2 ** 28 };
  return scryptSync(password, Buffer.from(salt, "base64"), expected.length, cost).equals(expected);
}
