// XCLIENT: a trusted server says who its client is, and the session goes on as if that client had connected here.
// By the XCLIENT_README of Postfix.

import type { Endpoint, Hello } from "../../sdk/contract/event.ts";
import { readAddress, readHelloName, readHostName, readPort, readUserName } from "./attribute_values.ts";
import { type AttributeRows, type Attributes, type MalformedAttributes, parseAttributes } from "./attributes.ts";
import { type Session, withoutTransaction } from "./session.ts";

/** `null`: the server says that there is none, or that it could not learn it. Absent: it said nothing. */
export interface XclientValues {
  /** Name of the client's address that leads back to the address. */
  readonly NAME?: string | null;
  readonly ADDR?: string | null;
  readonly PORT?: number | null;
  readonly PROTO?: "SMTP" | "ESMTP";
  readonly HELO?: string | null;
  /** Whom the client has proved to be. */
  readonly LOGIN?: string | null;
  readonly DESTADDR?: string | null;
  readonly DESTPORT?: number | null;
  /** Name of the client's address, whether or not it leads back. */
  readonly REVERSE_NAME?: string | null;
}

const hostName = "a host name, [UNAVAILABLE] or [TEMPUNAVAIL]";
const address = "an IPv4 address, an IPv6 address behind IPV6:, or [UNAVAILABLE]";
const port = "0 to 65535 or [UNAVAILABLE]";

const rows: AttributeRows<XclientValues> = {
  NAME: { read: readHostName, absent: ["UNAVAILABLE", "TEMPUNAVAIL"], expected: hostName },
  ADDR: { read: readAddress, absent: ["UNAVAILABLE"], expected: address },
  PORT: { read: readPort, absent: ["UNAVAILABLE"], expected: port },
  PROTO: { read: readProtocol, expected: "SMTP or ESMTP" },
  HELO: { read: readHelloName, absent: ["UNAVAILABLE"], expected: "one printable name or [UNAVAILABLE]" },
  LOGIN: { read: readUserName, absent: ["UNAVAILABLE"], expected: "a printable name or [UNAVAILABLE]" },
  DESTADDR: { read: readAddress, absent: ["UNAVAILABLE"], expected: address },
  DESTPORT: { read: readPort, absent: ["UNAVAILABLE"], expected: port },
  REVERSE_NAME: { read: readHostName, absent: ["UNAVAILABLE", "TEMPUNAVAIL"], expected: hostName },
};

/** How EHLO offers it. */
export const xclientKeyword: string = `XCLIENT ${Object.keys(rows).join(" ")}`;

/** What follows `XCLIENT `. */
export function parseXclient(argument: string): Attributes<XclientValues> | MalformedAttributes {
  return parseAttributes(argument, rows);
}

/** Stands for an address that is not known: an address to every reader, but nobody's. RFC 1122 §3.2.1.3. */
const nobody = "0.0.0.0";

/**
 * The session before its greeting, with another client. Ends of the connection and the client's name stay as they were
 * unless they are named: a long command may be sent in pieces. Hello and user come from this command alone, for the
 * earlier ones can be those of the server that speaks, whose certificate proves nothing about the client either.
 */
export function applyXclient(session: Session, values: XclientValues): Session {
  const ended = withoutTransaction(session);
  const { hello: _said, user: _was, mechanism: _by, forwarded: _for, clientName, tls, ...rest } = ended;
  const name = values.NAME === undefined ? clientName : values.NAME ?? undefined;
  const hello = helloOf(values);
  return {
    ...rest,
    client: endpoint(session.client, values.ADDR, values.PORT),
    server: endpoint(session.server, values.DESTADDR, values.DESTPORT),
    ...(name === undefined ? {} : { clientName: name }),
    ...(hello === undefined ? {} : { hello }),
    ...(typeof values.LOGIN === "string" ? { user: values.LOGIN } : {}),
    ...(tls === undefined ? {} : { tls: withoutCertificate(tls) }),
  };
}

function endpoint(known: Endpoint, toAddress: string | null | undefined, toPort: number | null | undefined): Endpoint {
  return {
    address: toAddress === undefined ? known.address : toAddress ?? nobody,
    port: toPort === undefined ? known.port : toPort ?? 0,
  };
}

/** Who says nothing about the protocol knows XCLIENT, and so spoke ESMTP. */
function helloOf({ HELO, PROTO }: XclientValues): Hello | undefined {
  return typeof HELO === "string" ? { verb: PROTO === "SMTP" ? "HELO" : "EHLO", name: HELO } : undefined;
}

function withoutCertificate(tls: NonNullable<Session["tls"]>): NonNullable<Session["tls"]> {
  const { certificate: _shown, ...rest } = tls;
  return rest;
}

function readProtocol(text: string): "SMTP" | "ESMTP" | undefined {
  const word = text.toUpperCase();
  return word === "SMTP" || word === "ESMTP" ? word : undefined;
}
