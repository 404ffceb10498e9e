// One message handed to the next server: MAIL, RCPT, the content, and what it said about each recipient.

import type { Reply } from "../smtp/reply.ts";
import { type Delivered, type DeliveryResult, type OutgoingMessage, resultForAll } from "./delivery.ts";
import { type EnvelopeCommands, envelopeCommands } from "./hop_commands.ts";
import type { HopConnection, Lost } from "./hop_connection.ts";
import { sendChunk, sendMailData } from "./hop_content.ts";
import type { Hop } from "./hop_greeting.ts";
import { broken, describe, passedOn, refusedRecipients, resultOf } from "./hop_replies.ts";
import type { HopSettings, HopTimeouts } from "./hop_settings.ts";

export interface Handed {
  readonly delivered: Delivered;
  /** The session was over before MAIL was taken: with a fresh one the message may still go. */
  readonly stale?: true;
}

type Commands = Extract<EnvelopeCommands, { readonly kind: "commands" }>;

/** Afterwards the session is ready for the next message, or lost. Throws if the content cannot be read. */
export async function handOver(hop: Hop, message: OutgoingMessage, settings: HopSettings): Promise<Handed> {
  const { connection, offer } = hop;
  const commands = envelopeCommands(message, {
    offer,
    protection: connection.protection,
    isLocal: settings.path !== undefined,
    delivers: settings.protocol === "lmtp",
    now: Date.now(),
  });
  if (commands.kind === "impossible") return { delivered: resultForAll(message, commands.refused) };
  const lines = [commands.mail, ...commands.rcpts];
  const { timeouts } = settings;
  const { said, lost } = await converse(connection, offer.pipelining ? [lines] : lines.map((line) => [line]), timeouts);
  const [mail, ...rcpts] = said;
  if (mail === undefined || mail.code === 421) {
    connection.lose("the session was over");
    return { stale: true, delivered: resultForAll(message, mail === undefined ? gone(lost) : passedOn(mail)) };
  }
  if (mail.code >= 400) {
    await reset(connection, timeouts);
    return { delivered: resultForAll(message, passedOn(mail)) };
  }
  return { delivered: await handOverContent(hop, message, commands, { rcpts, lost, settings }) };
}

interface Recipients {
  readonly rcpts: readonly Reply[];
  readonly lost: Lost | undefined;
  readonly settings: HopSettings;
}

async function handOverContent(
  { connection }: Hop,
  message: OutgoingMessage,
  commands: Commands,
  { rcpts, lost, settings }: Recipients,
): Promise<Delivered> {
  const paths = message.envelope.forwardPaths;
  const accepted = rcpts.filter((reply) => reply.code < 300).length;
  // All or nothing, unless the client hears of each recipient.
  if (lost === undefined && (accepted === 0 || (accepted < paths.length && message.perRecipient !== true))) {
    await reset(connection, settings.timeouts);
    return combined(message, rcpts.map(resultOf));
  }
  const replies = settings.protocol === "lmtp" ? accepted : 1; // RFC 2033 §4.2
  const said = lost === undefined
    ? await transmit(connection, message, commands, replies, settings.timeouts)
    : [gone(lost)];
  const last = said.at(-1) ?? gone(undefined);
  // One word for all of them.
  if (message.perRecipient !== true && said.length === 1) return last;
  let next = 0;
  return combined(
    message,
    paths.map((_, index) => {
      const rcpt = rcpts[index];
      return rcpt !== undefined && rcpt.code >= 300 ? resultOf(rcpt) : said[next++] ?? last;
    }),
  );
}

/** One result for the message, or one for each recipient that the server took. */
async function transmit(
  connection: HopConnection,
  message: OutgoingMessage,
  { binary }: Commands,
  replies: number,
  timeouts: HopTimeouts,
): Promise<readonly DeliveryResult[]> {
  if (!binary) {
    const data = await converse(connection, [["DATA\r\n"]], timeouts);
    const go = data.said[0];
    if (go === undefined) return [gone(data.lost)];
    if (go.code >= 400) {
      await reset(connection, timeouts);
      return [passedOn(go)];
    }
    if (go.code !== 354) return [nonsense(connection, `answered DATA with ${describe(go)}`)];
  }
  const whole = await (binary ? sendChunk : sendMailData)(connection, message, replies, timeouts.command);
  const results = await readResults(connection, replies, whole ? timeouts.data : 0);
  // RFC 3030 §2: a chunk that was refused leaves the transaction open.
  if (binary && results.some(({ kind }) => kind === "refused")) await reset(connection, timeouts);
  return whole || results.some(({ kind }) => kind === "refused")
    ? results
    : [nonsense(connection, "took the message before its end")];
}

async function readResults(
  connection: HopConnection,
  replies: number,
  within: number,
): Promise<readonly DeliveryResult[]> {
  const results: DeliveryResult[] = [];
  while (results.length < replies) {
    const end = await connection.read(within);
    // Lost after the final dot: the next server may have the message, and the client will send it again. RFC 1047: a
    // second copy is the lesser evil, a message that each thinks the other has would be gone.
    if (end.kind === "lost") return [...results, broken(end.reason)];
    if (end.reply.code >= 300 && end.reply.code < 400) {
      return [...results, nonsense(connection, `answered the content with ${describe(end.reply)}`)];
    }
    results.push(resultOf(end.reply));
  }
  return results;
}

/** By LMTP some may have the message already when others refuse it: then those get it twice, or the author is told. */
function combined(message: OutgoingMessage, results: readonly DeliveryResult[]): Delivered {
  if (message.perRecipient === true) return { kind: "each", results };
  const [first] = results;
  return refusedRecipients(message.envelope.forwardPaths, results) ?? first ??
    { kind: "failed", message: `Message ${message.id} has no recipient` };
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
async function reset(connection: HopConnection, timeouts: HopTimeouts): Promise<void> {
  const { said } = await converse(connection, [["RSET\r\n"]], timeouts);
  if (said[0]?.code !== 250) connection.lose("RSET was refused");
}

function gone(lost: Lost | undefined): DeliveryResult {
  return broken(lost?.reason ?? "no reply");
}

function nonsense(connection: HopConnection, what: string): DeliveryResult {
  const reason = `the next server ${what}`;
  connection.lose(reason);
  return broken(reason);
}
