// Stands in for users that do not exist, so that SCRAM looks the same for them: RFC 5802 §9.

import { createHmac } from "node:crypto";
import type { Knowledge, Salting } from "./scram_keys.ts";
import { Secret } from "./secret.ts";

interface Shape {
  readonly kind: Knowledge["kind"];
  readonly iterations: number;
  readonly saltOctets: number;
}

const firstShape: Shape = { kind: "password", iterations: 4096, saltOctets: 16 };

/**
 * One for a server. Made-up salts come from `secret` and the name alone: the same name gets the same salt every time,
 * and as long as the secret is the same, after a restart and in every process. Of what is known of users, iterations
 * and length of the salt can be seen: a made-up user resembles the last one that was known.
 */
export class Decoy {
  readonly #secret: Uint8Array;
  #shape: Shape = firstShape;

  /** `secret`: at least 32 random octets. */
  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** For a user of whom the password is known, but no salt: nothing in it tells it from that of a made-up user. */
  saltingFor(user: string): Salting {
    return { salt: this.#octets("salt", user, firstShape.saltOctets), iterations: firstShape.iterations };
  }

  /** What could be known of a user who does not exist. */
  knowledgeFor(user: string): Knowledge {
    const { kind, iterations, saltOctets } = this.#shape;
    const salting = { salt: this.#octets("salt", user, saltOctets), iterations };
    if (kind === "password") {
      return {
        kind,
        ...salting,
        password: new Secret(Buffer.from(this.#octets("password", user, 12)).toString("hex")),
      };
    }
    const keys = { storedKey: this.#octets("stored", user, 32), serverKey: this.#octets("server", user, 32) };
    return { kind, ...salting, keys };
  }

  resemble({ kind, iterations, salt }: Knowledge): void {
    this.#shape = { kind, iterations, saltOctets: salt.length };
  }

  /** At most 64. */
  #octets(purpose: string, user: string, count: number): Uint8Array {
    return createHmac("sha512", this.#secret).update(`${purpose}\0${user}`).digest().subarray(0, count);
  }
}
