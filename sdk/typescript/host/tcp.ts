// `host.tcp`: connections to the places that the plugin's needs name, for the time of one call.

import type { HostAccess } from "./host_access.ts";
import { encoded, fromBase64, type Octets } from "./octets.ts";

/** `end`: nothing more will come. */
export interface ReadText {
  readonly text: string;
  readonly end: boolean;
}

export interface ReadOctets {
  readonly octets: Uint8Array;
  readonly end: boolean;
}

/** A HostError `connection`, `timeout` or `tooLarge` ends what was attempted; close the connection then. */
export interface TcpConnection {
  /** Returns when the kernel has taken it; 262,144 octets at most. */
  write(octets: Octets): void;
  /** What has come, waiting for at least one octet; at most `most` (65,536). Empty only with `end`. */
  read(most?: number): ReadOctets;
  /** Exactly so many octets, up to 1,048,576; fewer only with `end`. */
  readExactly(count: number): ReadOctets;
  /**
   * Up to and with the delimiter (64 characters at most), as UTF-8; without it only with `end`. If it is not within
   * `most` (65,536) octets: HostError `tooLarge`, and nothing is taken.
   */
  readUntil(delimiter: string, most?: number): ReadText;
  /** All that comes until the peer closes, as UTF-8; without `end` if it is more than `most` (1,048,576) octets. */
  readToEnd(most?: number): ReadText;
  /**
   * TLS from now on (STARTTLS, or at once on a port of its own), at least 1.2, with a certificate that proves the host of
   * `to`. HostError `tls`, also if the peer has said what was not read yet.
   */
  secure(): void;
  /** The end of the call closes it too. */
  close(): void;
}

export interface Tcp {
  /**
   * `host:port`, `[::1]:port` or `unix:/path`; four at a time. `timeout` is in milliseconds, for this and for each later
   * step: 10,000 unless given, 60,000 at most. HostError: `unresolved`, `privateAddress`, `connection`, `timeout`,
   * `tooMany`.
   */
  open(to: string, options?: { readonly timeout?: number }): TcpConnection;
}

/** As much as the host reads in one go. */
const mostOctets = 1_048_576;

export function tcpOf({ call }: HostAccess): Tcp {
  return {
    open(to: string, { timeout }: { readonly timeout?: number } = {}): TcpConnection {
      const { connection } = call("tcp", { do: "open", to, timeout }) as { readonly connection: number };
      const step = (request: object): unknown => call("tcp", { connection, timeout, ...request });
      return connectionOf(step, () => call("tcp", { do: "close", connection }));
    },
  };
}

function connectionOf(step: (request: object) => unknown, close: () => void): TcpConnection {
  function octets(request: object): ReadOctets {
    const { base64, end } = step({ do: "read", as: "base64", ...request }) as { base64: string; end: boolean };
    return { octets: fromBase64(base64), end };
  }
  return {
    write: (octets: Octets): void => void step({ do: "write", ...encoded(octets) }),
    read: (most?: number): ReadOctets => octets({ most }),
    readExactly: (count: number): ReadOctets => octets({ octets: count }),
    readUntil: (until: string, most?: number): ReadText => step({ do: "read", until, most }) as ReadText,
    readToEnd: (most: number = mostOctets): ReadText => step({ do: "read", octets: most }) as ReadText,
    secure: (): void => void step({ do: "secure" }),
    close: (): void => close(),
  };
}
