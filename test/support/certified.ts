// Certificates of openssl for a listener of a test and its clients, and what the listener encrypts with.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { openAcceptor, type Upgrade } from "../../src/tls/acceptor.ts";
import type { TlsChoice } from "../../src/tls/material.ts";
import { readMaterial } from "../../src/tls/read_material.ts";
import { makePair, type Pair } from "./openssl.ts";

export interface Certified {
  /** Servers: the first is for those who ask for no name. */
  readonly mx: Pair;
  readonly other: Pair;
  /** Who issued the client's certificate. */
  readonly authority: Pair;
  /** What a client called client.test with the mailbox jo@client.test shows. */
  readonly client: ConnectionOptions;
  /** A client's certificate that nobody vouches for. */
  readonly stranger: ConnectionOptions;
  upgrade(changes?: Partial<TlsChoice>): Upgrade;
}

/** Made in this folder; costs about a quarter of a second. */
export function certified(folder: string): Certified {
  const authority = makePair(folder, "authority", { authority: true });
  const mx = makePair(folder, "mx", { names: ["DNS:mx.test"] });
  const other = makePair(folder, "other", { names: ["DNS:other.test"] });
  const names = ["DNS:client.test", "email:jo@client.test"];
  const client = makePair(folder, "client", { subject: "/CN=client.test", names, by: authority });
  const standard = { certificates: [mx, other], minimum: "TLSv1.2", clientCertificates: "ask" } as const;
  return {
    mx,
    other,
    authority,
    client: showing(client),
    stranger: showing(makePair(folder, "stranger", { subject: "/CN=client.test", names })),
    upgrade: (changes = {}) => {
      const choice = { ...standard, clientAuthorities: authority.certificate, ...changes };
      const read = readMaterial(choice, new Date());
      assert.ok(read.kind === "material", JSON.stringify(read));
      return openAcceptor(read.material).upgrade;
    },
  };
}

function showing({ certificate, key }: Pair): ConnectionOptions {
  return { cert: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
}
