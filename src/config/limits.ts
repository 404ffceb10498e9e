// What clients may use, how long anything may take, and when the server is too busy, as configured.

/** Durations are milliseconds, sizes octets. */
export interface Limits {
  /** Octets of one message; offered as SIZE (RFC 1870). */
  readonly messageSize: number;
  /** Octets and fields of a message's header section. */
  readonly headerSize: number;
  readonly headerFields: number;
  /** Recipients of one transaction. */
  readonly recipients: number;
  /** Sessions at the same time. */
  readonly sessions: number;
  /** Of those, from one address (an IPv6 address counts as its /64) and from one network. */
  readonly connectionsPerAddress: number;
  readonly connectionsPerNetwork: number;
  /** Bits that make a network. */
  readonly networkPrefixV4: number;
  readonly networkPrefixV6: number;
  /** Commands of one session. */
  readonly commands: number;
  /** Transactions of one session. */
  readonly transactions: number;
  /** Refused commands of one session after which it is closed with 421. */
  readonly refusals: number;
  /** Octets a second that mail data must reach on average. */
  readonly slowest: number;
}

export interface Timeouts {
  /** The longest wait for the next command. */
  readonly command: number;
  /** The longest wait for the next piece of mail data. */
  readonly data: number;
  /** For all of one message's data. */
  readonly message: number;
  /** For a session; a transaction under way may end. */
  readonly session: number;
  /** For a TLS handshake. */
  readonly tls: number;
  /** For a PROXY header. */
  readonly proxy: number;
  /** Before the greeting, and between DATA and 354: who talks meanwhile is told of in the events. 0 is none. */
  readonly greetingDelay: number;
  readonly dataDelay: number;
  /** How long transactions may go on when the server is told to stop. */
  readonly shutdown: number;
}

/** Beyond these new sessions are told 421. */
export interface Overload {
  /** Milliseconds that the event loop is late. */
  readonly loopLag: number;
  /** Octets of heap in use; 0 is no bound. */
  readonly heap: number;
  /** Octets that must be free where the spool lies. */
  readonly spoolFree: number;
  /** Per cent of the file descriptors that this process may have. */
  readonly openFiles: number;
}

export interface ProcessChoice {
  readonly workers: number;
  /** Whose rights are kept when the sockets are open. */
  readonly user?: string;
  readonly group?: string;
}
