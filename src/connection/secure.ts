// STARTTLS: the handshake, after which both sides begin anew. RFC 3207 §4.2.

import { secured, type Session } from "../smtp/session.ts";
import type { Secured } from "../tls/acceptor.ts";
import type { Talk } from "./talk.ts";

/** Deno lacks the exporter, and clients that see -PLUS bind by nothing else in TLS 1.3. */
export function isBindable({ binding }: Pick<Extract<Secured, { kind: "secured" }>, "binding">): boolean {
  return binding("tls-exporter") !== undefined;
}

/** The session within TLS; `undefined` if there is nobody left to talk to. */
export async function secure(talk: Talk, session: Session): Promise<Session | undefined> {
  const { wire, desk: { upgrade, timeouts, log } } = talk;
  if (upgrade === undefined) throw new Error("STARTTLS was offered by a listener that has no certificate");
  const result = await wire.secure(upgrade, timeouts.tls, "discard");
  const where = { session: session.id, client: session.client.address };
  // Somebody between the two may have put it there: CVE-2011-0411.
  if (result.discarded > 0) log("warn", "dropped what came behind STARTTLS", { ...where, octets: result.discarded });
  if (result.kind === "failed") {
    log("info", "TLS handshake failed", { ...where, why: result.reason });
    return undefined;
  }
  talk.binding = result.binding;
  const { protocol, cipher, serverName } = result.facts;
  log("debug", "encrypted", { ...where, protocol, cipher, serverName });
  return secured(session, result.facts, isBindable(result));
}
