// How the next server is reached, and what it is trusted with.

import type { Log } from "../log/log.ts";

/**
 * `off`: never. `may`: if it offers STARTTLS, whoever it is; where the handshake fails, without. `must`: always, whoever
 * it is. `verify`: always, and its certificate proves its name.
 */
export type TlsMode = "off" | "may" | "must" | "verify";

/** Milliseconds. RFC 5321 §4.5.3.2 has 5 minutes for most, 10 minutes for `data`. */
export interface HopTimeouts {
  /** For the connection, and for the TLS handshake. */
  readonly connect: number;
  /** For the greeting, the reply to a command, and the next octets of a message to be taken. */
  readonly command: number;
  /** For the reply to the end of mail data. */
  readonly data: number;
}

/** As the operator writes it; what may be left out has its default in `hopSettings`. */
export interface HopChoice {
  readonly host: string;
  readonly port: number;
  /** A Unix socket, in the place of host and port. */
  readonly path?: string;
  /** `lmtp` (RFC 2033): the server delivers, and answers for each recipient. */
  readonly protocol?: "smtp" | "lmtp";
  /** The name given with EHLO or LHLO. */
  readonly hello: string;
  /** Connections open at the same time. */
  readonly connections: number;
  readonly timeouts: HopTimeouts;
  readonly tls?: TlsMode;
  /** TLS from the first octet on, as on port 465, RFC 8314 §3.3. */
  readonly implicitTls?: boolean;
  /** Whom its certificate must name, if not `host`. */
  readonly tlsName?: string;
  /** A file with the PEM certificates of authorities to trust, if not those of the runtime. */
  readonly ca?: string;
  readonly user?: string;
  /** A file with the password; a line end behind it does not count. */
  readonly passwordFile?: string;
  readonly authWithoutTls?: boolean;
}

/** What lies in the files of a choice. */
export interface HopSecrets {
  /** PEM. */
  readonly authorities?: string;
  readonly password?: string;
}

export interface Login {
  readonly user: string;
  readonly password: string;
  readonly withoutTls: boolean;
}

/** Complete, with no file left to read. */
export interface HopSettings {
  readonly host: string;
  readonly port: number;
  readonly path?: string;
  readonly protocol: "smtp" | "lmtp";
  readonly hello: string;
  readonly connections: number;
  readonly timeouts: HopTimeouts;
  readonly tls: TlsMode;
  readonly implicitTls: boolean;
  readonly tlsName: string;
  readonly authorities?: string;
  readonly login?: Login;
  readonly log: Log;
}

export function hopSettings(choice: HopChoice, secrets: HopSecrets = {}, log: Log = () => {}): HopSettings {
  const { path, user, host, implicitTls = false } = choice;
  const { authorities, password } = secrets;
  const withoutTls = choice.authWithoutTls ?? false;
  // What does not leave the machine needs no encryption.
  const tls = choice.tls ?? (path === undefined ? "may" : "off");
  return {
    host,
    port: choice.port,
    protocol: choice.protocol ?? "smtp",
    hello: choice.hello,
    connections: choice.connections,
    timeouts: choice.timeouts,
    // A port where TLS comes first cannot do without.
    tls: implicitTls && tls !== "verify" ? "must" : tls,
    implicitTls,
    tlsName: choice.tlsName ?? host,
    log,
    ...(path === undefined ? {} : { path }),
    ...(authorities === undefined ? {} : { authorities }),
    ...(user === undefined || password === undefined ? {} : { login: { user, password, withoutTls } }),
  };
}

/** For the start block and for messages: `smtp mx.example.org:25`, `lmtp unix:/run/lmtp`. */
export function describeHop({ protocol = "smtp", path, host, port }: HopChoice): string {
  if (path !== undefined) return `${protocol} unix:${path}`;
  return `${protocol} ${host.includes(":") ? `[${host}]` : host}:${port}`;
}
