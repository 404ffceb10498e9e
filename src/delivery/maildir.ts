// Delivers into Maildirs: one durable file for every distinct folder of the recipients.

import { join, resolve } from "node:path";
import type { Mailbox } from "../../sdk/contract/event.ts";
import { diskTrouble } from "../spool/disk.ts";
import { type DurableFile, writeAllDurably } from "../spool/durable_file.ts";
import { withCleanLines } from "./clean_lines.ts";
import type { Delivered, Delivery, DeliveryOpened, DeliveryResult, OutgoingMessage } from "./delivery.ts";
import { formatPath } from "./format_path.ts";
import { isBinary } from "./hop_commands.ts";
import { withLineFeeds } from "./line_endings.ts";
import { makeFolder, prepareMaildir, uniqueName } from "./maildir_folder.ts";
import { fixedPart, maildirPath, unknownPlaceholder } from "./maildir_path.ts";

export interface MaildirOptions {
  /**
   * The folder. `%l`, `%d` and `%u` are the recipient's local part, domain and mailbox, cleaned; `%%` is a percent
   * sign. Without a placeholder one copy holds all recipients, so each of them may see the others.
   */
  readonly path: string;
  /**
   * `crlf`, the default, keeps every octet as it was received: signatures over the content stay checkable as the file
   * stands, and the usual readers take both. `lf` is for old tools; binary content (RFC 3030 §3) stays as it is.
   */
  readonly lineEndings?: "crlf" | "lf";
}

/** Folders known to be there; forgotten all at once when they become many. */
const mostPrepared = 10_000;

/** Makes the folder, or the fixed part of its path, so that a wrong path shows at the start and not at the first mail. */
export async function openMaildir(options: MaildirOptions): Promise<DeliveryOpened> {
  const pattern = resolve(options.path);
  const unknown = unknownPlaceholder(pattern);
  if (unknown !== undefined) {
    return { kind: "failed", message: `Maildir path ${pattern}: there is no ${unknown}. Use %l, %d, %u, or %% for %` };
  }
  const delivery = new Maildir(pattern, options);
  const fixed = fixedPart(pattern);
  try {
    // With a placeholder the folders of the recipients appear with their first mail.
    await (fixed === pattern ? delivery.prepare(pattern) : makeFolder(fixed));
    return { kind: "delivery", delivery };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: "failed", message: `Cannot use Maildir ${pattern}: ${why}. Check who owns it, or choose another` };
  }
}

class Maildir implements Delivery {
  readonly description: string;
  readonly #pattern: string;
  readonly #lineFeeds: boolean;
  #prepared = new Map<string, Promise<void>>();

  constructor(pattern: string, options: MaildirOptions) {
    this.description = `maildir ${options.path}`;
    this.#pattern = pattern;
    this.#lineFeeds = options.lineEndings === "lf";
  }

  async deliver(message: OutgoingMessage): Promise<Delivered> {
    const copies = Map.groupBy(message.envelope.forwardPaths, (path) => maildirPath(this.#pattern, path));
    // Taken by nobody would be lost; edits can leave such an envelope.
    if (copies.size === 0) return { kind: "failed", message: `Message ${message.id} has no recipient` };
    if (message.perRecipient !== true) return await this.#write(message, copies);
    const results = new Map<Mailbox, DeliveryResult>();
    for (const [folder, recipients] of copies) {
      const result = await this.#write(message, new Map([[folder, recipients]]));
      for (const recipient of recipients) results.set(recipient, result);
    }
    const missing: DeliveryResult = { kind: "failed", message: "no folder" };
    return { kind: "each", results: message.envelope.forwardPaths.map((path) => results.get(path) ?? missing) };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Once for every folder. Rejects on disk errors. */
  prepare(folder: string): Promise<void> {
    const known = this.#prepared.get(folder);
    if (known !== undefined) return known;
    if (this.#prepared.size >= mostPrepared) this.#prepared.clear();
    const preparing = prepareMaildir(folder);
    this.#prepared.set(folder, preparing);
    // What failed is tried again for the next message.
    preparing.catch(() => this.#prepared.delete(folder));
    return preparing;
  }

  /** All copies or none. */
  async #write(
    message: OutgoingMessage,
    copies: ReadonlyMap<string, readonly Mailbox[]>,
  ): Promise<DeliveryResult> {
    try {
      for (const folder of copies.keys()) await this.prepare(folder);
      const name = uniqueName();
      const written = await writeAllDurably(
        [...copies].map(([folder, recipients]) => this.#file(folder, name, message, recipients)),
      );
      if (written.kind === "written") return { kind: "taken" };
      // Perhaps somebody removed a folder; then it is made again for the next message.
      for (const folder of copies.keys()) this.#prepared.delete(folder);
      return written;
    } catch (error) {
      return diskTrouble(error);
    }
  }

  #file(folder: string, name: string, message: OutgoingMessage, recipients: readonly Mailbox[]): DurableFile {
    const lines = traceLines(message.envelope.reversePath, recipients);
    const pieces = (): AsyncIterable<Uint8Array> => filePieces(lines, message);
    return {
      temporary: join(folder, "tmp", name),
      final: join(folder, "new", name),
      mode: 0o600,
      pieces: this.#lineFeeds && !isBinary(message) ? (): AsyncIterable<Uint8Array> => withLineFeeds(pieces()) : pieces,
    };
  }
}

/** RFC 5321 §4.4: final delivery adds the return path. `Delivered-To` names every recipient of this copy. */
function traceLines(reversePath: Mailbox | null, recipients: readonly Mailbox[]): string {
  const delivered = recipients.map((path) => `Delivered-To: ${formatPath(path).slice(1, -1)}\r\n`);
  return `Return-Path: ${formatPath(reversePath)}\r\n${delivered.join("")}`;
}

/** Readers take a bare LF for the end of a line, and so for the end of a field. */
async function* filePieces(lines: string, message: OutgoingMessage): AsyncGenerator<Uint8Array> {
  yield Buffer.from(lines, "utf8");
  yield* withCleanLines(message.pieces(), isBinary(message) ? "headerSection" : "all");
}
