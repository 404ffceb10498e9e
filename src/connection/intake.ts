// The way of decoded mail data into a draft, until something speaks against it.

import type { Settled } from "../hooks/settle.ts";
import type { MessageEnding } from "../smtp/message_ending.ts";
import { HeaderEndFinder } from "../spool/header_section.ts";
import { countFields } from "../spool/count_fields.ts";
import type { Content, Draft, WriteResult } from "../spool/spool.ts";

/** How the mail data of one message ended. */
export type Collected =
  /** All of it is in the spool; `headerEnd` is the offset of the body. */
  | { readonly kind: "content"; readonly content: Content; readonly headerEnd: number }
  | { readonly kind: "unwanted"; readonly ending: MessageEnding; readonly why?: string };

export interface Bounds {
  /** Octets of content; 0 is no bound. */
  readonly size: number;
  /** Octets and fields of its header section. */
  readonly headerSize: number;
  readonly headerFields: number;
}

/** RFC 5321 §6.3 wants no fewer than 100. */
const mostHops = 100;

/** Asked once, when the header section is complete and the body still on its way. */
export type AskHeaders = (headerSection: Uint8Array) => Promise<Settled>;

export class Intake {
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

  /** Nothing that comes is kept any more. */
  get unwanted(): boolean {
    return this.#against !== undefined;
  }

  /** A plugin wants the connection closed without hearing the rest. */
  get closing(): boolean {
    const ending = this.#against?.ending;
    return ending?.kind === "refused" && ending.decision.disconnect;
  }

  async take(piece: Uint8Array): Promise<void> {
    if (this.#against !== undefined) return;
    const { size } = this.#bounds;
    if (size > 0 && this.#draft.size + piece.length > size) return this.refuse({ kind: "tooLarge" });
    const written = this.#draft.write(piece);
    this.#judge(written instanceof Promise ? await written : written);
    if (this.#headerEnd === undefined) await this.#lookForHeaderEnd(piece);
  }

  /** Everything has come. */
  async finish(): Promise<Collected> {
    if (this.#against !== undefined) return this.refused();
    if (this.#headerEnd === undefined) await this.#examine(this.#draft.size);
    if (this.#against !== undefined) return this.refused();
    const finished = await this.#draft.finish();
    if (finished.kind === "content") {
      return { kind: "content", content: finished.content, headerEnd: this.#headerEnd ?? finished.content.size };
    }
    this.#judge(finished);
    return this.refused();
  }

  /** The first reason stays. */
  refuse(ending: MessageEnding, why?: string): void {
    this.#against ??= why === undefined ? { ending } : { ending, why };
  }

  refused(): Collected {
    return { kind: "unwanted", ...this.#against ?? { ending: { kind: "failed" } } };
  }

  async #lookForHeaderEnd(piece: Uint8Array): Promise<void> {
    this.#headerEnd = this.#finder.push(piece);
    const known = this.#headerEnd ?? this.#draft.size;
    if (known > this.#bounds.headerSize) return this.refuse({ kind: "headerTooLarge" });
    if (this.#headerEnd !== undefined) await this.#examine(this.#headerEnd);
  }

  async #examine(headerEnd: number): Promise<void> {
    const section = this.#draft.head(headerEnd);
    const { all, received } = countFields(section);
    if (all > this.#bounds.headerFields) return this.refuse({ kind: "tooManyHeaderFields" });
    if (received > mostHops) return this.refuse({ kind: "loop" });
    const { decision } = await this.#askHeaders(section);
    if (decision.verdict === "reject" || decision.verdict === "defer") this.refuse({ kind: "refused", decision });
  }

  #judge(written: WriteResult): void {
    if (written.kind === "full") this.refuse({ kind: "storageFull" });
    if (written.kind === "failed") this.refuse({ kind: "failed" }, written.message);
  }
}
