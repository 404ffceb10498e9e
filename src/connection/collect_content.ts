// Takes mail data off the wire into the spool, to its true end whatever is wrong with it.

import type { Settled } from "../hooks/settle.ts";
import { DataDecoder } from "../smtp/data_decoder.ts";
import type { MessageEnding } from "../smtp/session.ts";
import { HeaderEndFinder } from "../spool/header_section.ts";
import type { Content, Draft, WriteResult } from "../spool/spool.ts";
import type { Wire } from "./wire.ts";

/** How the mail data of one message ended. */
export type Collected =
  /** All of it is in the spool; `headerEnd` is the offset of the body. */
  | { readonly kind: "content"; readonly content: Content; readonly headerEnd: number }
  /** It is not wanted: already swallowed to its end, or the connection is to be closed. */
  | { readonly kind: "unwanted"; readonly ending: MessageEnding; readonly why?: string }
  | { readonly kind: "gone" }
  | { readonly kind: "timedOut" };

export interface Bounds {
  /** Octets of content. */
  readonly size: number;
  /** Octets of its header section. */
  readonly headerSize: number;
  /** Milliseconds for the next piece. */
  readonly within: number;
}

/** Asked once, when the header section is complete and the body still on its way. */
export type AskHeaders = (headerSection: Uint8Array) => Promise<Settled>;

/**
 * Reads until CRLF.CRLF (RFC 5321 §4.5.2). What is broken, too large or refused is still read to that point, since
 * whatever is not swallowed would be taken for commands; only a refusal that disconnects ends at once.
 */
export async function collectContent(
  wire: Wire,
  draft: Draft,
  bounds: Bounds,
  askHeaders: AskHeaders,
): Promise<Collected> {
  const decoder = new DataDecoder();
  const intake = new Intake(draft, bounds, askHeaders);
  for (;;) {
    const received = await wire.receive(bounds.within);
    if (received.kind !== "chunk") return received;
    const { pieces, rest } = decoder.push(received.chunk);
    for (const piece of pieces) await intake.take(piece);
    if (intake.closing) return intake.refused();
    if (rest === undefined) continue;
    wire.putBack(rest);
    if (decoder.broken) return { kind: "unwanted", ending: { kind: "brokenLines" } };
    return await intake.finish();
  }
}

/** The way of decoded pieces into a draft, until something speaks against it. */
class Intake {
  readonly #draft: Draft;
  readonly #bounds: Bounds;
  readonly #askHeaders: AskHeaders;
  readonly #finder = new HeaderEndFinder();
  #headerEnd: number | undefined;
  #against: { readonly ending: MessageEnding; readonly why?: string } | undefined;

  constructor(draft: Draft, bounds: Bounds, askHeaders: AskHeaders) {
    this.#draft = draft;
    this.#bounds = bounds;
    this.#askHeaders = askHeaders;
  }

  /** A plugin wants the connection closed without hearing the rest. */
  get closing(): boolean {
    const ending = this.#against?.ending;
    return ending?.kind === "refused" && ending.decision.disconnect;
  }

  async take(piece: Uint8Array): Promise<void> {
    if (this.#against !== undefined) return;
    if (this.#draft.size + piece.length > this.#bounds.size) return this.#refuse({ kind: "tooLarge" });
    const written = this.#draft.write(piece);
    this.#judge(written instanceof Promise ? await written : written);
    if (this.#headerEnd === undefined) await this.#lookForHeaderEnd(piece);
  }

  async finish(): Promise<Collected> {
    if (this.#against !== undefined) return this.refused();
    if (this.#headerEnd === undefined) await this.#askAbout(this.#draft.size);
    if (this.#against !== undefined) return this.refused();
    const finished = await this.#draft.finish();
    if (finished.kind === "content") {
      return { kind: "content", content: finished.content, headerEnd: this.#headerEnd ?? finished.content.size };
    }
    this.#judge(finished);
    return this.refused();
  }

  refused(): Collected {
    return { kind: "unwanted", ...this.#against ?? { ending: { kind: "failed" } } };
  }

  async #lookForHeaderEnd(piece: Uint8Array): Promise<void> {
    this.#headerEnd = this.#finder.push(piece);
    const known = this.#headerEnd ?? this.#draft.size;
    if (known > this.#bounds.headerSize) return this.#refuse({ kind: "headerTooLarge" });
    if (this.#headerEnd !== undefined) await this.#askAbout(this.#headerEnd);
  }

  async #askAbout(headerEnd: number): Promise<void> {
    const { decision } = await this.#askHeaders(this.#draft.head(headerEnd));
    if (decision.verdict === "reject" || decision.verdict === "defer") this.#refuse({ kind: "refused", decision });
  }

  #judge(written: WriteResult): void {
    if (written.kind === "full") this.#refuse({ kind: "storageFull" });
    if (written.kind === "failed") this.#refuse({ kind: "failed" }, written.message);
  }

  #refuse(ending: MessageEnding, why?: string): void {
    this.#against ??= why === undefined ? { ending } : { ending, why };
  }
}
