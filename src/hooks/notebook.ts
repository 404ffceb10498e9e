// What each plugin noted about one session, its transaction and the recipients of that. A plugin writes its own page alone.

import type { JsonObject } from "../../sdk/contract/contract.ts";
import type { Notes } from "../../sdk/contract/event.ts";
import type { NotesUpdate } from "../../sdk/contract/verdict.ts";

/** Octets of JSON one plugin may keep for one lifetime; a client must not make the server remember without limit. */
const maxPage = 8192;

/** The same for the pages of all recipients together: there may be thousands of them. */
const maxRecipientPages = 65_536;

/** Of which recipients notes are told: of the one that RCPT is about, or of all that are accepted. */
export type Recipients =
  | { readonly kind: "none" }
  /** The place it will have among the accepted ones. */
  | { readonly kind: "one"; readonly place: number }
  | { readonly kind: "all"; readonly places: readonly number[] };

/** A page, and how long it is in JSON. */
interface Page {
  readonly notes: JsonObject;
  readonly length: number;
}

type Pages = Map<string, Page>;

/** One transaction's: by plugin, and by plugin and place of the recipient. */
interface TransactionPages {
  readonly whole: Pages;
  readonly recipients: Map<string, Map<number, Page>>;
}

/** Notes at three lifetimes, by plugin name. */
export class Notebook {
  readonly #session: Pages;
  /** Made when somebody may write in them: most questions are asked of nobody. */
  #transaction: TransactionPages | undefined;

  constructor(session?: Pages, transaction?: TransactionPages) {
    this.#session = session ?? new Map();
    this.#transaction = transaction;
  }

  /** For whoever is asked now: when the transaction ends meanwhile, its pages are still here, and touch no later one. */
  current(): Notebook {
    return new Notebook(this.#session, this.#pages);
  }

  /** The page of one plugin, or nothing if it never noted anything. */
  read(plugin: string, of: Recipients = { kind: "none" }): Notes | undefined {
    const session = this.#session.get(plugin)?.notes;
    const transaction = this.#transaction?.whole.get(plugin)?.notes;
    const noted = this.#transaction?.recipients.get(plugin);
    if (session === undefined && transaction === undefined && noted === undefined) return undefined;
    const recipient = of.kind === "one" ? noted?.get(of.place)?.notes : undefined;
    const recipients = of.kind === "all" && noted !== undefined
      ? of.places.map((place) => noted.get(place)?.notes ?? {})
      : undefined;
    const told = {
      ...(session === undefined ? {} : { session }),
      ...(transaction === undefined ? {} : { transaction }),
      ...(recipient === undefined ? {} : { recipient }),
      ...(recipients === undefined ? {} : { recipients }),
    };
    return Object.keys(told).length === 0 ? undefined : told;
  }

  /** The pages of the others among these plugins, `*` for all who noted anything; nothing if they did not. */
  readOthers(
    plugin: string,
    names: readonly string[],
    of: Recipients,
  ): { readonly [plugin: string]: Notes } | undefined {
    const { whole, recipients } = this.#pages;
    const writers = names.includes("*") ? [...this.#session.keys(), ...whole.keys(), ...recipients.keys()] : names;
    const pages = [...new Set(writers)].flatMap((name) => {
      const page = name === plugin ? undefined : this.read(name, of);
      return page === undefined ? [] : [[name, page] as const];
    });
    return pages.length === 0 ? undefined : Object.fromEntries(pages);
  }

  /** Merges key by key; notes on a recipient are about the one at `place`. Answers whether it fitted: what did not stays as it was. */
  write(plugin: string, update: NotesUpdate, place?: number): boolean {
    const fitsSession = merge(this.#session, plugin, update.session, maxPage);
    const fitsTransaction = merge(this.#pages.whole, plugin, update.transaction, maxPage);
    const fitsRecipient = place === undefined || update.recipient === undefined ||
      this.#writeRecipient(plugin, update.recipient, place);
    return fitsSession && fitsTransaction && fitsRecipient;
  }

  /** A recipient is asked about anew: what was noted about one at this place was about one that was refused. */
  beginRecipient(place: number): void {
    for (const pages of this.#transaction?.recipients.values() ?? []) pages.delete(place);
  }

  /** Transaction notes live as long as the transaction. */
  endTransaction(): void {
    this.#transaction = undefined;
  }

  get #pages(): TransactionPages {
    return this.#transaction ??= noPages();
  }

  #writeRecipient(plugin: string, update: JsonObject, place: number): boolean {
    const pages = this.#pages.recipients.get(plugin) ?? new Map<number, Page>();
    let others = 0;
    for (const [at, { length }] of pages) if (at !== place) others += length;
    if (!merge(pages, place, update, Math.min(maxPage, maxRecipientPages - others))) return false;
    this.#pages.recipients.set(plugin, pages);
    return true;
  }
}

function merge<K>(pages: Map<K, Page>, key: K, update: JsonObject | undefined, most: number): boolean {
  if (update === undefined) return true;
  const notes = { ...pages.get(key)?.notes, ...update };
  const length = new TextEncoder().encode(JSON.stringify(notes)).length;
  if (length > most) return false;
  pages.set(key, { notes, length });
  return true;
}

function noPages(): TransactionPages {
  return { whole: new Map(), recipients: new Map() };
}
