// The beginning of a session with the next server: connection, greeting, EHLO or HELO.

import { connectToHop, type HopConnection, type Lost } from "./hop_connection.ts";
import { type HopOffer, parseHopOffer, plainOffer } from "./hop_offer.ts";
import { describe } from "./hop_replies.ts";

export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  /** The name given with EHLO. */
  readonly hello: string;
  /** Connections open at the same time. */
  readonly connections: number;
  readonly timeouts: HopTimeouts;
}

/** Milliseconds. RFC 5321 §4.5.3.2 has 5 minutes for most, 10 minutes for `data`. */
export interface HopTimeouts {
  readonly connect: number;
  /** For the greeting, the reply to a command, and the next octets of a message to be taken. */
  readonly command: number;
  /** For the reply to the end of mail data. */
  readonly data: number;
}

/** A session with the next server in which MAIL may follow. */
export interface Hop {
  readonly kind: "hop";
  readonly connection: HopConnection;
  readonly offer: HopOffer;
}

/**
 * Whatever goes wrong here says nothing about a message: a server that refuses all of us, 554 included, is a fault of
 * this site, and its mail waits with the clients until that is mended.
 */
export async function openHop(options: SmtpOptions): Promise<Hop | Lost> {
  const connection = await connectToHop(options, options.timeouts.connect);
  if (connection.kind === "lost") return connection;
  const deadline = options.timeouts.command;
  const greeting = await connection.read(deadline);
  if (greeting.kind === "lost") return greeting;
  if (greeting.reply.code !== 220) return giveUp(connection, `greeted with ${describe(greeting.reply)}`);
  await connection.send(`EHLO ${options.hello}\r\n`, 1, deadline);
  const ehlo = await connection.read(deadline);
  if (ehlo.kind === "lost") return ehlo;
  if (ehlo.reply.code === 250) return { kind: "hop", connection, offer: parseHopOffer(ehlo.reply.lines) };
  // RFC 5321 §3.2: an old server does not know EHLO.
  if (ehlo.reply.code < 500) return giveUp(connection, `answered EHLO with ${describe(ehlo.reply)}`);
  await connection.send(`HELO ${options.hello}\r\n`, 1, deadline);
  const helo = await connection.read(deadline);
  if (helo.kind === "lost") return helo;
  if (helo.reply.code === 250) return { kind: "hop", connection, offer: plainOffer };
  return giveUp(connection, `answered HELO with ${describe(helo.reply)}`);
}

function giveUp(connection: HopConnection, reason: string): Lost {
  connection.quit(1000);
  return { kind: "lost", reason };
}
