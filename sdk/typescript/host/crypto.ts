// `host.crypto`: digests, and what must be neither guessed nor timed.

import type { HostAccess } from "./host_access.ts";
import { encoded, fromBase64, type Octets } from "./octets.ts";

/** SHA-1 and MD5 are for formats that prescribe them. */
export type Algorithm = "sha256" | "sha512" | "sha1" | "md5";
export type DigestEncoding = "hex" | "base64";

/** All octets given: 65,536 at most. Text stands for its UTF-8. */
export interface Crypto {
  /** In hexadecimal, lower case, unless asked otherwise. */
  hash(algorithm: Algorithm, of: Octets, encoding?: DigestEncoding): string;
  /** RFC 2104. */
  hmac(algorithm: Algorithm, key: Octets, of: Octets, encoding?: DigestEncoding): string;
  /** Takes as long whether they are alike or not: for secrets. */
  equal(a: Octets, b: Octets): boolean;
  /**
   * Was `secret` made of this password? It is `SCRAM-SHA-256$iterations:salt$storedKey:serverKey` (PostgreSQL), or
   * `$scrypt$ln=16,r=8,p=1$salt$hash` (PHC). Takes as long as whoever made it wanted guessing to take, mostly 20 to 300
   * ms, in a thread of the host; a HostError with the code `busy` if too many wait for that.
   */
  verifyPassword(secret: string, password: string): boolean;
  /** So many octets, 1 to 1,024, that nobody can guess; `Math.random` can be. */
  random(octets: number): Uint8Array;
}

export function cryptoOf({ call }: HostAccess): Crypto {
  return {
    hash(algorithm: Algorithm, of: Octets, encoding: DigestEncoding = "hex"): string {
      return call("crypto", { do: "hash", algorithm, of: encoded(of), encoding }) as string;
    },
    hmac(algorithm: Algorithm, key: Octets, of: Octets, encoding: DigestEncoding = "hex"): string {
      return call("crypto", { do: "hmac", algorithm, key: encoded(key), of: encoded(of), encoding }) as string;
    },
    equal(a: Octets, b: Octets): boolean {
      return call("crypto", { do: "equal", a: encoded(a), b: encoded(b) }) as boolean;
    },
    verifyPassword(secret: string, password: string): boolean {
      return call("crypto", { do: "verifyPassword", secret, password }) as boolean;
    },
    random(octets: number): Uint8Array {
      return fromBase64(call("crypto", { do: "random", octets }) as string);
    },
  };
}
