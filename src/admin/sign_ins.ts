// Browsers that have shown a token: each is known by a cookie until it signs out, or for half a day.

import { createHash, randomBytes } from "node:crypto";

const cookieName = "qpsmtpd_session";

/** Milliseconds. */
const lifetime = 43_200_000;

/** At the same time; the oldest goes first. */
const most = 200;

interface SignIn {
  /** The hash of the token, which is looked up again with each request: one that is taken back counts no more. */
  readonly token: string;
  readonly until: number;
}

export class SignIns {
  readonly #now: () => number;
  /** By the hash of the cookie: what is looked up by a hash tells nothing by how long it took. */
  readonly #signIns = new Map<string, SignIn>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The header Set-Cookie for the holder of a token, by its hash. No script can read it, no other site can send it. */
  begin(token: string): string {
    const value = randomBytes(32).toString("base64url");
    this.#signIns.set(keyOf(value), { token, until: this.#now() + lifetime });
    const [oldest] = this.#signIns.keys();
    if (this.#signIns.size > most && oldest !== undefined) this.#signIns.delete(oldest);
    return `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${lifetime / 1000}`;
  }

  /** The hash of the token, if the header Cookie has a cookie of ours. */
  find(header: string): string | undefined {
    const key = keyIn(header);
    const found = key === undefined ? undefined : this.#signIns.get(key);
    return found !== undefined && found.until > this.#now() ? found.token : undefined;
  }

  /** The header Set-Cookie that removes it. */
  end(header: string): string {
    const key = keyIn(header);
    if (key !== undefined) this.#signIns.delete(key);
    return `${cookieName}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`;
  }
}

function keyIn(header: string): string | undefined {
  const value = /(?:^|;\s*)qpsmtpd_session=([\w-]{43})(?:;|$)/.exec(header)?.[1];
  return value === undefined ? undefined : keyOf(value);
}

function keyOf(value: string): string {
  return createHash("sha256").update(value).digest("hex");
}
