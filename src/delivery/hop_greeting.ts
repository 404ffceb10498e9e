// The beginning of a session with the next server: connection, TLS, greeting, EHLO, HELO or LHLO, login.

import type { Reply } from "../smtp/reply.ts";
import { connectToHop, type HopConnection, type Lost } from "./hop_connection.ts";
import { logIn } from "./hop_login.ts";
import { type HopOffer, parseHopOffer, plainOffer } from "./hop_offer.ts";
import { describe } from "./hop_replies.ts";
import type { HopSettings, TlsMode } from "./hop_settings.ts";

/** A session with the next server in which MAIL may follow. */
export interface Hop {
  readonly kind: "hop";
  readonly connection: HopConnection;
  readonly offer: HopOffer;
}

/** There is no TLS as it was asked for; the connection is closed. */
export interface Insecure {
  readonly kind: "insecure";
  readonly reason: string;
}

export type HopOpened = Hop | Lost | Insecure;

/**
 * Whatever goes wrong here says nothing about a message: a server that refuses all of us, 554 included, is a fault of
 * this site, and its mail waits with the clients until that is mended.
 */
export async function openHop(settings: HopSettings, tls: TlsMode): Promise<HopOpened> {
  const opened = await tryHop(settings, tls);
  // RFC 7435 §3: what would go unencrypted to a server without STARTTLS may do so here too.
  return opened.kind === "insecure" && tls === "may" && !settings.implicitTls ? tryHop(settings, "off") : opened;
}

async function tryHop(settings: HopSettings, tls: TlsMode): Promise<HopOpened> {
  const connection = await connectToHop(settings, settings.timeouts.connect);
  if (connection.kind === "lost") return connection;
  if (settings.implicitTls) {
    const lost = await secure(connection, settings, tls);
    if (lost !== undefined) return insecure(lost.reason);
  }
  const greeting = await connection.read(settings.timeouts.command);
  if (greeting.kind === "lost") return greeting;
  if (greeting.reply.code !== 220) return giveUp(connection, `greeted with ${describe(greeting.reply)}`);
  const begun = await sayHello(connection, settings);
  if (begun.kind === "lost") return begun;
  const hop = settings.implicitTls || tls === "off" ? begun : await startTls(begun, settings, tls);
  if (hop.kind !== "hop" || settings.login === undefined) return hop;
  if (connection.protection === "none" && !settings.login.withoutTls) {
    return giveUp(connection, "has no TLS, and delivery.smtp.auth_without_tls is not set: no password is sent");
  }
  return await logIn(connection, settings.login, hop.offer.mechanisms, settings.timeouts.command) ?? hop;
}

async function sayHello(connection: HopConnection, settings: HopSettings): Promise<Hop | Lost> {
  const lmtp = settings.protocol === "lmtp";
  const [verb, name] = [lmtp ? "LHLO" : "EHLO", settings.hello];
  const ehlo = await ask(connection, `${verb} ${name}`, settings);
  if (ehlo.kind === "lost") return ehlo;
  if (ehlo.reply.code === 250) return { kind: "hop", connection, offer: parseHopOffer(ehlo.reply.lines) };
  // RFC 5321 §3.2: an old server does not know EHLO; inside TLS, or as LMTP, there are no old servers.
  if (ehlo.reply.code < 500 || lmtp || connection.protection !== "none") {
    return giveUp(connection, `answered ${verb} with ${describe(ehlo.reply)}`);
  }
  const helo = await ask(connection, `HELO ${name}`, settings);
  if (helo.kind === "lost") return helo;
  if (helo.reply.code === 250) return { kind: "hop", connection, offer: plainOffer };
  return giveUp(connection, `answered HELO with ${describe(helo.reply)}`);
}

async function startTls(hop: Hop, settings: HopSettings, tls: TlsMode): Promise<HopOpened> {
  const { connection, offer } = hop;
  if (!offer.startTls) {
    return tls === "may" ? hop : insecure(giveUp(connection, "does not offer STARTTLS").reason);
  }
  const answer = await ask(connection, "STARTTLS", settings);
  if (answer.kind === "lost") return insecure(answer.reason);
  if (answer.reply.code !== 220) {
    return insecure(giveUp(connection, `answered STARTTLS with ${describe(answer.reply)}`).reason);
  }
  const lost = await secure(connection, settings, tls);
  if (lost !== undefined) return insecure(lost.reason);
  // RFC 3207 §4.2: what was offered before is forgotten.
  return sayHello(connection, settings);
}

function secure(connection: HopConnection, settings: HopSettings, tls: TlsMode): Promise<Lost | undefined> {
  const { tlsName: name, authorities, timeouts } = settings;
  const trusted = authorities === undefined ? {} : { authorities };
  return connection.secure({ name, ...trusted, verify: tls === "verify", within: timeouts.connect });
}

async function ask(
  connection: HopConnection,
  line: string,
  { timeouts }: HopSettings,
): Promise<{ readonly kind: "reply"; readonly reply: Reply } | Lost> {
  await connection.send(`${line}\r\n`, 1, timeouts.command);
  return connection.read(timeouts.command);
}

function insecure(reason: string): Insecure {
  return { kind: "insecure", reason };
}

function giveUp(connection: HopConnection, what: string): Lost {
  connection.quit(1000);
  return { kind: "lost", reason: `the next server ${what}` };
}
