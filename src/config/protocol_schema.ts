// The sections of config/qpsmtpd.toml about what clients meet: listeners, TLS, AUTH, extensions, trust.

import * as v from "valibot";
import { camelKeys } from "./camel_keys.ts";
import { mechanismNames } from "../sasl/mechanism.ts";
import type { AuthChoice, ExtensionsChoice, ResultsChoice, SmugglingChoice } from "./protocol.ts";
import type { TlsChoice } from "../tls/material.ts";
import type { Listener, TrustChoice } from "./protocol.ts";
import {
  choice,
  count,
  domain,
  duration,
  flag,
  keyed,
  list,
  listenAddress,
  network,
  path,
  section,
} from "./schema_values.ts";
import type { ListenAddress } from "./units.ts";

/** One `[[listener]]` table. */
export type ListenerTable = Omit<Listener, "host" | "port" | "tls"> & {
  readonly address: ListenAddress;
  readonly tls?: Listener["tls"];
};

export const listener: v.GenericSchema<unknown, ListenerTable> = v.pipe(
  v.strictObject({
    address: v.pipe(listenAddress(), v.description("HOST:PORT, [IPV6]:PORT, unix:/PATH, fd:NUMBER or systemd:NAME.")),
    mode: keyed(
      choice(["smtp", "submission", "lmtp"]),
      "smtp",
      "What is spoken: for other servers, for people who authenticate (RFC 6409), or for a server in front (RFC 2033).",
    ),
    tls: v.exactOptional(v.pipe(
      choice(["off", "offered", "required", "implicit"]),
      v.description("Required where mode is submission, otherwise offered; implicit means from the first octet on."),
    )),
    proxy: flag(false, "Whether connections begin with a PROXY header, versions 1 and 2; see trust.proxy."),
  }, "expected a [[listener]] table"),
  v.transform(camelKeys),
);

const certificate = v.strictObject({
  certificate: v.pipe(path(), v.description("PEM file of the certificate, followed by those that issued it.")),
  key: v.pipe(path(), v.description("PEM file of its private key.")),
}, 'expected a table such as { certificate = "tls/mx.pem", key = "tls/mx.key" }');

export const tls: v.GenericSchema<unknown, TlsChoice> = section("Encryption.", {
  certificates: keyed(
    list(certificate, 0, 1000),
    [],
    "Relative to this file, chosen by the name that the client asks for; if empty, one is made for trying out.",
  ),
  minimum: keyed(choice(["TLSv1.2", "TLSv1.3"]), "TLSv1.2", "The oldest version that is spoken."),
  client_certificates: keyed(choice(["off", "ask"]), "off", "Whether clients are asked for certificates."),
  client_authorities: v.exactOptional(
    v.pipe(path(), v.description("PEM file of those who issue client certificates that are believed.")),
  ),
});

export const auth: v.GenericSchema<unknown, AuthChoice> = section("Who may prove who they are.", {
  mechanisms: keyed(
    list(choice(mechanismNames), 0, mechanismNames.length),
    ["PLAIN", "LOGIN"],
    "Offered in this order, if a plugin is asked at the hook auth.",
  ),
  without_tls: flag(false, "Whether passwords may come over connections that are not encrypted."),
  attempts: count(3, 100, "Failed attempts after which a session is closed with 421."),
  delay: duration("1s", "Wait before the first failure is told; every further one is told twice as late."),
});

export const trust: v.GenericSchema<unknown, TrustChoice> = section("Whose word is taken for who the client is.", {
  proxy: keyed(list(network(), 0, 10_000), [], "Networks of proxies that send the PROXY header."),
  xclient: keyed(list(network(), 0, 10_000), [], "Networks of clients that may say XCLIENT."),
  xforward: keyed(list(network(), 0, 10_000), [], "Networks of clients that may say XFORWARD."),
});

export const smuggling: v.GenericSchema<unknown, SmugglingChoice> = section("Lines that are none.", {
  policy: keyed(
    choice(["reject", "normalize"]),
    "reject",
    "What becomes of messages with a bare CR or LF: refused, or a bare LF made CRLF. Never do they end a message.",
  ),
  allow: keyed(list(network(), 0, 10_000), [], "Networks of clients whose bare CR and LF are taken as they are."),
  pipelining: keyed(
    choice(["reject", "allow"]),
    "reject",
    "What becomes of clients that do not wait for a reply where RFC 2920 says they must.",
  ),
});

export const authenticationResults: v.GenericSchema<unknown, ResultsChoice> = section(
  "The Authentication-Results field (RFC 8601).",
  {
    id: v.exactOptional(v.pipe(
      domain(),
      v.description(
        "Whose results they are, for readers who believe them; if absent, hostname. Nobody else may claim it.",
      ),
    )),
    add: flag(true, "Whether the field is written on top of messages; forged ones are removed in any case."),
    add_to_submissions: flag(
      false,
      "Whether it is written on messages of one's own people too: it tells all recipients their login and address.",
    ),
  },
);

export const extensions: v.GenericSchema<unknown, ExtensionsChoice> = section("What EHLO offers beyond the usual.", {
  chunking: flag(true, "CHUNKING and BINARYMIME (RFC 3030)."),
  dsn: flag(true, "DSN (RFC 3461), where delivery can pass it on."),
  requiretls: flag(true, "REQUIRETLS (RFC 8689), where delivery can pass it on."),
  mt_priority: flag(false, "MT-PRIORITY (RFC 6710), passed on to the next server."),
  deliver_by: flag(false, "DELIVERBY (RFC 2852), passed on to the next server."),
  future_release: flag(false, "FUTURERELEASE (RFC 4865), passed on to the next server."),
});
