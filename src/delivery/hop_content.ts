// The content of one message on its way to the next server: as mail data behind DATA, or as it is behind BDAT.

import { DotStuffer } from "../smtp/stuff_dots.ts";
import { withCleanLines } from "./clean_lines.ts";
import type { OutgoingMessage } from "./delivery.ts";
import type { HopConnection } from "./hop_connection.ts";

/**
 * `replies` are owed from the first octet on: a server may refuse while it is still reading. False if the connection
 * went before the end of mail data was sent; a reply that explains it may have come. Throws if the content cannot be read.
 */
export async function sendMailData(
  connection: HopConnection,
  message: OutgoingMessage,
  replies: number,
  deadline: number,
): Promise<boolean> {
  const stuffer = new DotStuffer();
  if (!await connection.send("", replies, deadline)) return false;
  for await (const piece of readable(connection, withCleanLines(message.pieces(), "all"))) {
    // In one write: a piece that is all dots would cost a system call for each of them.
    const parts = stuffer.push(piece);
    const octets = parts.length === 1 ? parts[0] ?? piece : Buffer.concat(parts);
    if (!await connection.send(octets, 0, deadline)) return false;
  }
  return connection.send(stuffer.end(), 0, deadline);
}

/** The same for binary content, in one chunk: RFC 3030 §2. */
export async function sendChunk(
  connection: HopConnection,
  message: OutgoingMessage,
  replies: number,
  deadline: number,
): Promise<boolean> {
  if (!await connection.send(`BDAT ${message.size} LAST\r\n`, replies, deadline)) return false;
  let left = message.size;
  for await (const piece of readable(connection, withCleanLines(message.pieces(), "headerSection"))) {
    left -= piece.length;
    if (!await connection.send(piece, 0, deadline)) return false;
  }
  // What follows would be taken for content, or content for commands.
  if (left !== 0) connection.lose(`the content is ${-left} octets longer than it was said to be`);
  return left === 0;
}

/** Without its end the next server has nothing. */
async function* readable(
  connection: HopConnection,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    connection.lose("the content could not be read");
    throw error;
  }
}
