// One conversation with a directory server by LDAP: connect, TLS, and either a bind or a search.

import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { Client, FilterParser, InvalidCredentialsError, ResultCodeError } from "ldapts";
import type { Directory } from "../scopes/ldap_scope.ts";
import type { Fulfilled } from "./capability.ts";
import { done, refused } from "./fulfilled.ts";

export interface DirectoryOptions {
  readonly directory: Directory;
  readonly startTls: boolean;
  /** PEM of the authorities to trust; without it those of the runtime. */
  readonly authorities?: string;
  /** Milliseconds. */
  readonly timeout: number;
}

export interface Identity {
  readonly dn: string;
  readonly password: string;
}

export interface Search {
  readonly base: string;
  readonly scope: "base" | "one" | "sub";
  /** With everything escaped that must be. */
  readonly filter: string;
  readonly as?: Identity;
}

/** Enough to see that there is just one. */
const mostEntries = 2;

/** `{ right }`, or codes `unavailable`, `tls`, `refused`. */
export async function bindAs(options: DirectoryOptions, identity: Identity, signal: AbortSignal): Promise<Fulfilled> {
  return await converse(options, signal, async (client) => {
    try {
      await client.bind(identity.dn, identity.password);
      return done({ right: true });
    } catch (error) {
      // RFC 4511 §4.2.2: 49; other servers say 32 or 34 for a name that cannot be right.
      if (error instanceof InvalidCredentialsError) return done({ right: false });
      throw error;
    }
  });
}

/** `{ entries }`, or the same codes. */
export async function searchFor(options: DirectoryOptions, search: Search, signal: AbortSignal): Promise<Fulfilled> {
  return await converse(options, signal, async (client) => {
    const { base, scope, filter, as } = search;
    if (as !== undefined) await client.bind(as.dn, as.password);
    const timeLimit = Math.ceil(options.timeout / 1000);
    // RFC 4511 §4.5.1.8: no attributes. That there were more than the limit is no error to the library.
    const wanted = { scope, filter, attributes: ["1.1"], sizeLimit: mostEntries, timeLimit };
    const found = await client.search(base, wanted);
    return done({ entries: found.searchEntries.slice(0, mostEntries).map(({ dn }) => dn) });
  });
}

/** Can the library read it? */
export function isFilter(text: string): boolean {
  try {
    FilterParser.parseString(text);
    return true;
  } catch {
    return false;
  }
}

async function converse(
  { directory, startTls, authorities, timeout }: DirectoryOptions,
  signal: AbortSignal,
  talk: (client: Client) => Promise<Fulfilled>,
): Promise<Fulfilled> {
  const { scheme, host, port } = directory;
  const tls: ConnectionOptions = {
    host,
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(authorities === undefined ? {} : { ca: authorities }),
  };
  const place = `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const client = new Client({
    url: place,
    timeout,
    connectTimeout: timeout,
    ...(scheme === "ldaps" ? { tlsOptions: tls } : {}),
  });
  const close = (): void => void client.unbind().catch(() => {});
  signal.addEventListener("abort", close, { once: true });
  try {
    if (startTls) await client.startTLS(tls);
    return await talk(client);
  } catch (error) {
    return explained(place, error);
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

/** Not the server's own words: they may repeat what it was told. */
function explained(place: string, error: unknown): Fulfilled {
  if (error instanceof ResultCodeError) {
    // RFC 4511 §4.1.9: busy, unavailable.
    const code = error.code === 51 || error.code === 52 ? "unavailable" : "refused";
    return refused(code, `${place} refuses with result ${error.code} (${error.name})`);
  }
  const { code, message } = error as NodeJS.ErrnoException;
  const isTls = /certificate|TLS|SSL|self.signed|altname/i.test(`${code} ${message}`);
  return refused(isTls ? "tls" : "unavailable", `${place}: ${code ?? message}`);
}
