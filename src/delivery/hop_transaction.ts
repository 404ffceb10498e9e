// One message handed to the next server: MAIL, RCPT, DATA, the content, and what it said.

import type { Reply } from "../smtp/reply.ts";
import { DotStuffer } from "../smtp/stuff_dots.ts";
import type { Delivered, OutgoingMessage } from "./delivery.ts";
import { envelopeCommands } from "./hop_commands.ts";
import type { HopConnection, Lost } from "./hop_connection.ts";
import type { Hop, HopTimeouts } from "./hop_greeting.ts";
import { broken, describe, passedOn, refusedRecipients, sentence } from "./hop_replies.ts";

export type Handed =
  | { readonly kind: "answered"; readonly delivered: Delivered }
  /** The session was over before MAIL was taken: with a fresh one the message may still go. */
  | { readonly kind: "stale"; readonly delivered: Delivered };

/** Afterwards the session is ready for the next message, or lost. Throws if the content cannot be read. */
export async function handOver(hop: Hop, message: OutgoingMessage, timeouts: HopTimeouts): Promise<Handed> {
  const { connection } = hop;
  const commands = envelopeCommands(message, hop.offer);
  if (commands.kind === "impossible") return answered(commands.delivered);
  const lines = [commands.mail, ...commands.rcpts];
  const replies = await converse(connection, hop.offer.pipelining ? [lines] : lines.map((line) => [line]), timeouts);
  const mail = replies.said[0];
  if (mail === undefined || mail.code === 421) {
    connection.lose("the session was over");
    return { kind: "stale", delivered: mail === undefined ? lost(replies.lost) : passedOn(mail) };
  }
  const refused = mail.code >= 400
    ? passedOn(mail)
    : refusedRecipients(message.envelope.forwardPaths, replies.said.slice(1));
  if (refused !== undefined) return answered(await reset(connection, timeouts, refused));
  if (replies.lost !== undefined) return answered(lost(replies.lost));
  return answered(await handOverContent(connection, message, timeouts));
}

async function handOverContent(
  connection: HopConnection,
  message: OutgoingMessage,
  timeouts: HopTimeouts,
): Promise<Delivered> {
  const data = await converse(connection, [["DATA\r\n"]], timeouts);
  const go = data.said[0];
  if (go === undefined) return lost(data.lost);
  if (go.code >= 400) return reset(connection, timeouts, passedOn(go));
  if (go.code !== 354) return nonsense(connection, "DATA", go);
  const whole = await sendContent(connection, message, timeouts.command);
  const end = await connection.read(whole ? timeouts.data : 0);
  // Lost after the final dot: the next server may have the message, and the client will send it again. RFC 1047: a
  // second copy is the lesser evil, a message that each thinks the other has would be gone.
  if (end.kind === "lost") return broken(end.reason);
  if (end.reply.code >= 400) return passedOn(end.reply);
  if (end.reply.code >= 300 || !whole) return nonsense(connection, "the content", end.reply);
  return { kind: "taken", text: sentence(end.reply) };
}

/** False if the connection went before the end of mail data was sent; a reply that explains it may have come. */
async function sendContent(connection: HopConnection, message: OutgoingMessage, deadline: number): Promise<boolean> {
  const stuffer = new DotStuffer();
  // Owed from the first octet on: a server may refuse while it is still reading.
  if (!await connection.send("", 1, deadline)) return false;
  try {
    for await (const piece of message.pieces()) {
      // In one write: a piece that is all dots would cost a system call for each of them.
      const parts = stuffer.push(piece);
      const octets = parts.length === 1 ? parts[0] ?? piece : Buffer.concat(parts);
      if (!await connection.send(octets, 0, deadline)) return false;
    }
  } catch (error) {
    // Without the final dot the next server has nothing.
    connection.lose("the content could not be read");
    throw error;
  }
  return connection.send(stuffer.end(), 0, deadline);
}

interface Conversation {
  readonly said: readonly Reply[];
  readonly lost: Lost | undefined;
}

/** Sends each group of commands in one write and reads its replies (RFC 2920), up to the loss of the connection. */
async function converse(
  connection: HopConnection,
  groups: readonly (readonly string[])[],
  timeouts: HopTimeouts,
): Promise<Conversation> {
  const said: Reply[] = [];
  for (const group of groups) {
    await connection.send(group.join(""), group.length, timeouts.command);
    for (const _ of group) {
      const read = await connection.read(timeouts.command);
      if (read.kind === "lost") return { said, lost: read };
      said.push(read.reply);
    }
    // Without pipelining RCPT need not follow a refused MAIL.
    if ((said[0]?.code ?? 0) >= 400) break;
  }
  return { said, lost: undefined };
}

/** Makes the session ready for the next message. */
async function reset(connection: HopConnection, timeouts: HopTimeouts, delivered: Delivered): Promise<Delivered> {
  const { said } = await converse(connection, [["RSET\r\n"]], timeouts);
  if (said[0]?.code !== 250) connection.lose("RSET was refused");
  return delivered;
}

function answered(delivered: Delivered): Handed {
  return { kind: "answered", delivered };
}

function lost(lost: Lost | undefined): Delivered {
  return broken(lost?.reason ?? "no reply");
}

function nonsense(connection: HopConnection, question: string, reply: Reply): Delivered {
  const reason = `the next server answered ${question} with ${describe(reply)}`;
  connection.lose(reason);
  return broken(reason);
}
