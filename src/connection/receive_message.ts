// DATA: reads mail data from 354 to its true end, whatever is wrong with it. RFC 5321 §4.1.1.4.

import { DataDecoder } from "../smtp/data_decoder.ts";
import type { Session } from "../smtp/session.ts";
import { outcome } from "../smtp/step.ts";
import { Reception } from "./reception.ts";
import { settleMessage } from "./settle_message.ts";
import type { Talk, Turn } from "./talk.ts";

/** Receives one message and settles its fate. Whatever happens, the spool is clean and the transaction over. */
export async function receiveMessage(talk: Talk, session: Session): Promise<Turn> {
  const reception = new Reception(talk, session);
  try {
    return await collect(talk, session, reception);
  } finally {
    await reception.discard();
  }
}

/**
 * Reads until CRLF.CRLF (RFC 5321 §4.5.2). What is broken, too large or refused is still read to that point, since
 * whatever is not swallowed would be taken for commands; only a refusal that disconnects ends at once.
 */
async function collect(talk: Talk, session: Session, { data, intake, draft }: Reception): Promise<Turn> {
  const decoder = new DataDecoder(session.trust.bareLines);
  for (;;) {
    const next = await data.next();
    if (next.kind === "gone") return { kind: "gone", session };
    if (next.kind === "late") return outcome(session, next.reply, "close");
    const { pieces, rest } = decoder.push(next.chunk);
    for (const piece of pieces) await intake.take(piece);
    if (intake.closing) return await settleMessage(talk, session, intake.refused(), draft.size);
    if (rest === undefined) continue;
    talk.wire.putBack(rest);
    // Another server might have seen the end of the message there, and commands behind it.
    if (decoder.broken) return await settleMessage(talk, session, brokenLines, draft.size);
    if (decoder.nul) return await settleMessage(talk, session, nul, draft.size);
    return await settleMessage(talk, session, await intake.finish(), draft.size);
  }
}

const nul = { kind: "unwanted", ending: { kind: "nul" } } as const;
const brokenLines = { kind: "unwanted", ending: { kind: "brokenLines" } } as const;
