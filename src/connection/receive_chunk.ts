// BDAT: takes so many octets off the wire, and with the last piece settles the fate of the message. RFC 3030 §2.

import { ChunkDecoder } from "../smtp/chunk_decoder.ts";
import { endMessage, tookChunk } from "../smtp/end_message.ts";
import type { Session } from "../smtp/session.ts";
import { type Chunk, outcome } from "../smtp/step.ts";
import { PacedData } from "./paced_data.ts";
import { Reception } from "./reception.ts";
import { settleMessage } from "./settle_message.ts";
import type { Talk, Turn } from "./talk.ts";

/** The message that comes piece by piece, kept by its conversation. */
export interface Pieces {
  readonly reception: Reception;
  readonly decoder: ChunkDecoder;
}

/** Octets of refused content that are read rather than the connection closed. */
const mostSwallowed = 64 * 1024 * 1024;

export async function receiveChunk(talk: Talk, chunk: Chunk): Promise<Turn> {
  if (chunk.refusal !== undefined) return await swallow(talk, chunk, chunk.refusal);
  const turn = await takeChunk(talk, chunk);
  return chunk.last ? turn : once(turn);
}

/** RFC 2033 §4.2: LMTP has a reply for each recipient at the end of mail data alone, and this was not it. */
function once(turn: Turn): Turn {
  if (turn.kind === "gone") return turn;
  const { others: _same, ...first } = turn;
  return first;
}

async function takeChunk(talk: Talk, { session, octets, last }: Chunk): Promise<Turn> {
  const { reception, decoder } = talk.pieces ??= begin(talk, session);
  const { intake, draft } = reception;
  const { maxMessageSize: most } = talk.desk.offer;
  if (most > 0 && draft.size + octets > most + mostSwallowed) {
    intake.refuse({ kind: "tooLarge" });
    return closing(await settleMessage(talk, session, intake.refused(), draft.size));
  }
  const early = await read(talk, session, reception.data, octets, async (piece) => {
    for (const decoded of decoder.push(piece)) await intake.take(decoded);
    return !intake.closing;
  });
  if (early !== undefined) return early;
  if (last) decoder.finish();
  if (decoder.broken) intake.refuse({ kind: "brokenLines" });
  if (decoder.nul) intake.refuse({ kind: "nul" });
  // RFC 3030 §2: after a refused piece the message is over, so its other pieces find no transaction and are dropped.
  if (intake.unwanted) return await settleMessage(talk, session, intake.refused(), draft.size);
  return last ? await settleMessage(talk, session, await intake.finish(), draft.size) : tookChunk(session, octets);
}

function begin(talk: Talk, session: Session): Pieces {
  const binary = session.transaction?.parameters["BODY"] === "BINARYMIME";
  return { reception: new Reception(talk, session), decoder: new ChunkDecoder(session.trust.bareLines, binary) };
}

/** RFC 3030 §4.2: what was refused comes all the same, and would be taken for commands. */
async function swallow(talk: Talk, { session, octets }: Chunk, refusal: Turn): Promise<Turn> {
  if (octets > mostSwallowed) return closing(refusal);
  return await read(talk, session, new PacedData(talk), octets, () => Promise.resolve(true)) ?? refusal;
}

function closing(turn: Turn): Turn {
  return turn.kind === "outcome" ? { ...turn, next: "close" } : turn;
}

/** Gives each piece of so many octets to `take` until that says no; a turn if they do not all come. */
async function read(
  talk: Talk,
  session: Session,
  data: PacedData,
  octets: number,
  take: (piece: Uint8Array) => Promise<boolean>,
): Promise<Turn | undefined> {
  for (let left = octets; left > 0;) {
    const next = await data.next(left);
    if (next.kind === "gone") return { kind: "gone", session };
    if (next.kind === "late") return outcome(session, next.reply, "close");
    left -= next.chunk.length;
    if (await take(next.chunk)) continue;
    const refused = talk.pieces?.reception.intake.refused();
    return refused?.kind === "unwanted" ? endMessage(session, refused.ending, talk.desk.offer) : undefined;
  }
  return undefined;
}
