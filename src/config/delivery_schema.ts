// The section `[delivery]` of config/qpsmtpd.toml: which backend, and the settings of each.

import * as v from "valibot";
import type { SmtpDelivery } from "./config.ts";
import { choice, count, domain, duration, flag, host, keyed, path, pathPattern, section } from "./schema_values.ts";

/** `[delivery]`, with the tables of the backends that are not chosen too. */
export interface DeliveryTable {
  readonly backend: "maildir" | "discard" | "smtp";
  readonly maildir: { readonly path: string };
  readonly smtp: SmtpTable;
}

/** `[delivery.smtp]`: the host may be missing while another backend is chosen. */
export type SmtpTable = Omit<SmtpDelivery, "backend" | "host" | "hello"> & {
  readonly host?: string;
  readonly hello?: string;
};

const smtp = section("Delivery to the next server by SMTP.", {
  host: v.exactOptional(v.pipe(host(), v.description("Name or address of the next server."))),
  port: count(25, 65535, "Its port."),
  path: v.exactOptional(v.pipe(path(), v.description("A Unix socket, in the place of host and port."))),
  protocol: keyed(choice(["smtp", "lmtp"]), "smtp", "lmtp (RFC 2033): it delivers, and answers for each recipient."),
  hello: v.exactOptional(v.pipe(domain(), v.description("The name given with EHLO; if absent, hostname."))),
  tls: v.exactOptional(v.pipe(
    choice(["off", "may", "must", "verify"]),
    v.description("Encrypted if it can be (may), always (must), or to nobody but the host itself (verify)."),
  )),
  implicit_tls: flag(false, "TLS from the first octet on, as on port 465."),
  tls_name: v.exactOptional(v.pipe(host(), v.description("Whom its certificate must name, if not host."))),
  ca: v.exactOptional(v.pipe(path(), v.description("PEM file of the authorities that are trusted."))),
  user: v.exactOptional(
    v.pipe(v.string(), v.regex(/^[^\0]{1,255}$/, "expected a user's name"), v.description("For AUTH.")),
  ),
  password_file: v.exactOptional(v.pipe(path(), v.description("The file that holds the password, and nothing else."))),
  auth_without_tls: flag(false, "Whether the password may go over a connection that is not encrypted."),
  connections: count(20, 1000, "Most connections at the same time."),
  timeouts: section("How long the next server may take.", {
    connect: duration("30s", "To take the connection."),
    command: duration("5m", "To greet and to answer a command (RFC 5321 §4.5.3.2.1 to §4.5.3.2.5)."),
    data: duration("10m", "To take the message after its last octet (RFC 5321 §4.5.3.2.6)."),
  }),
});

export const delivery: v.GenericSchema<unknown, DeliveryTable> = section("Where accepted mail goes.", {
  backend: keyed(choice(["maildir", "discard", "smtp"]), "maildir", "The way that is taken."),
  maildir: section("Delivery into Maildirs.", {
    path: keyed(
      pathPattern(),
      "maildir",
      "The folder, relative to state; %l, %d and %u are the recipient's local-part, domain and mailbox.",
    ),
  }),
  smtp,
});
