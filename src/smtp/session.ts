// One SMTP session as a value, and the changes of it that no command makes.

import type { Endpoint, Forwarded, Hello, Tls } from "../../sdk/contract/event.ts";
import type { Transaction } from "./transaction.ts";

/** From the greeting to the close. */
export interface Session {
  readonly id: string;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** What this client may do because of its address. */
  readonly trust: Trust;
  /** The client's name, as a trusted client said by XCLIENT. */
  readonly clientName?: string;
  /** The connection's own other end, if a PROXY header told of another client. */
  readonly proxy?: Endpoint;
  /** Whom a trusted client speaks for, said by XFORWARD. */
  readonly forwarded?: Forwarded;
  /** EHLO, HELO or LHLO was accepted. */
  readonly hello?: Hello;
  /** The session is encrypted. */
  readonly tls?: Tls;
  /** It can be bound to the encryption as clients expect it: by `tls-exporter`, RFC 9266. */
  readonly bindable?: boolean;
  /** AUTH succeeded: who it is, and how that was proved. */
  readonly user?: string;
  readonly mechanism?: string;
  /** MAIL was accepted. */
  readonly transaction?: Transaction;
  /** Commands, refused ones too. */
  readonly commands: number;
  /** Commands and messages answered 4xx or 5xx. */
  readonly refusals: number;
  /** Failed exchanges of AUTH. */
  readonly failedAttempts: number;
  /** Transactions begun so far; numbers their ids. */
  readonly transactions: number;
}

/** What the operator lets clients of an address do. */
export interface Trust {
  readonly xclient: boolean;
  readonly xforward: boolean;
  /** What becomes of a CR or LF that is no part of a CRLF in mail data. */
  readonly bareLines: BareLines;
}

/** `reject` the message; `normalize`: a bare LF ends a line, but never the mail data; `allow`: content like any other. */
export type BareLines = "reject" | "normalize" | "allow";

/** Nobody in particular. */
export const untrusted: Trust = { xclient: false, xforward: false, bareLines: "reject" };

type Beginning = Pick<Session, "id" | "client" | "server"> & Partial<Pick<Session, "trust" | "proxy" | "tls">>;

/** A session before its greeting. `id` must be unique: transaction ids are made from it. */
export function startSession(from: Beginning): Session {
  return { trust: untrusted, ...from, commands: 0, refusals: 0, failedAttempts: 0, transactions: 0 };
}

/** After a TLS handshake nothing that the client said before is known any more. RFC 3207 §4.2. */
export function secured(session: Session, tls: Tls, bindable: boolean): Session {
  const { hello: _said, transaction: _ended, user: _was, mechanism: _by, forwarded: _for, ...rest } = session;
  return { ...rest, tls, bindable };
}

/** What XFORWARD told goes with it: it was about this message. */
export function withoutTransaction(session: Session): Session {
  const { transaction: _ended, forwarded: _for, ...rest } = session;
  return rest;
}
