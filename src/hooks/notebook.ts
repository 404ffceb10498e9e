// What each plugin noted about one session and its transaction. A plugin sees only its own page.

import type { JsonObject } from "../../sdk/contract/contract.ts";
import type { Notes } from "../../sdk/contract/event.ts";
import type { NotesUpdate } from "../../sdk/contract/verdict.ts";

/** Octets of JSON one plugin may keep for one lifetime; a client must not make the server remember without limit. */
const maxPage = 8192;

/** Notes at two lifetimes, by plugin name. */
export class Notebook {
  readonly #session = new Map<string, JsonObject>();
  readonly #transaction = new Map<string, JsonObject>();

  /** The page of one plugin, or nothing if it never noted anything. */
  read(plugin: string): Notes | undefined {
    const session = this.#session.get(plugin);
    const transaction = this.#transaction.get(plugin);
    if (session === undefined && transaction === undefined) return undefined;
    return {
      ...(session === undefined ? {} : { session }),
      ...(transaction === undefined ? {} : { transaction }),
    };
  }

  /** Merges key by key. Answers whether it fitted; if not, the page stays as it was. */
  write(plugin: string, update: NotesUpdate): boolean {
    const fitsSession = merge(this.#session, plugin, update.session);
    const fitsTransaction = merge(this.#transaction, plugin, update.transaction);
    return fitsSession && fitsTransaction;
  }

  /** Transaction notes live as long as the transaction. */
  endTransaction(): void {
    this.#transaction.clear();
  }
}

function merge(pages: Map<string, JsonObject>, plugin: string, update: JsonObject | undefined): boolean {
  if (update === undefined) return true;
  const merged = { ...pages.get(plugin), ...update };
  if (JSON.stringify(merged).length > maxPage) return false;
  pages.set(plugin, merged);
  return true;
}
