// Whether a client has proved what it says of itself: that it has this name, that it may use this reverse-path.

import { formatMailbox } from "#sdk";
import type { Asked, Dns, Mailbox } from "#sdk";
import { addressOctets } from "../shared/networks.ts";

type Session = Asked["session"];

/** One question to the name's own DNS: is this client's address among its addresses? Not if nobody answers. */
export function hasName({ address }: Session["client"], name: string, dns: Dns): boolean {
  const octets = addressOctets(address);
  if (octets === undefined) return false;
  const answer = octets.length === 4 ? dns.resolve(name, "A") : dns.resolve(name, "AAAA");
  if (answer.kind === "failed") return false;
  return answer.records.some((record) => addressOctets(record)?.join() === octets.join());
}

/**
 * The reverse-path is that of the authenticated user, or the client's certificate, issued by an authority that the
 * operator trusts with it, names the mailbox or its domain.
 */
export function ownsReversePath({ user, tls }: Session, reversePath: Mailbox): boolean {
  const address = formatMailbox(reversePath);
  if (user?.toLowerCase() === address) return true;
  const certificate = tls?.certificate;
  if (certificate?.verified !== true) return false;
  const domain = reversePath.domain.toLowerCase();
  return certificate.emails.some((email) => email.toLowerCase() === address) ||
    certificate.names.some((name) => name.toLowerCase() === domain);
}
