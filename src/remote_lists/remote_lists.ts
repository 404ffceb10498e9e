// The lists of `[lists]` as this process knows them: fetched, kept as copies, and given to whoever loads plugins.

import { readFileSync } from "node:fs";
import type { Config } from "../config/config.ts";
import type { List } from "../config/lists.ts";
import { escapeControls } from "../text/quote.ts";
import { type Copy, readCopy, writeCopy } from "./copy_file.ts";
import { type Fetched, type FetchLimits, fetchList } from "./fetch_list.ts";
import { parseRemote } from "./parse_remote.ts";

/** Lines are whole and for the operator. */
export interface Brought {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** `changed`: names of lists. */
export interface Refreshed {
  readonly changed: readonly string[];
  readonly warnings: readonly string[];
}

export interface RemoteListsOptions {
  /** Whether servers are asked and copies written; otherwise there is what copies there are. */
  readonly mayAsk: boolean;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

type Of = Pick<Config, "file" | "state" | "lists">;

/** One list of the configuration. */
interface Wanted {
  readonly of: Of;
  readonly name: string;
  readonly url: string;
  readonly limits: FetchLimits;
}

interface Held {
  readonly copy: Copy;
  readonly list: List;
}

type Step =
  | { readonly kind: "held"; readonly changed: boolean; readonly warning?: string }
  | { readonly kind: "missing"; readonly why: string };

/** A list that was wanted once is forgotten when so many others have been. */
const mostHeld = 128;

export class RemoteLists {
  readonly #mayAsk: boolean;
  readonly #now: () => number;
  readonly #held = new Map<string, Held>();
  /** Changed by a refresh just now: the reload that follows need not ask again. */
  readonly #fresh = new Set<string>();

  constructor({ mayAsk, now = Date.now }: RemoteListsOptions) {
    this.#mayAsk = mayAsk;
    this.#now = now;
  }

  /**
   * Asks for every list, for a generation to be. Without an answer the copy stands in, with a warning. With neither it is
   * a problem: half of what lists let in would be refused for good, and what they refuse would be let in, while a server
   * that does not start only makes its clients wait.
   */
  async bring(of: Of): Promise<Brought> {
    const wanted = wantedOf(of);
    if ("problem" in wanted) return { problems: [wanted.problem], warnings: [] };
    const steps = await Promise.all(wanted.map(async (each) => {
      const isFresh = this.#fresh.delete(keyOf(each));
      return { each, step: await this.#update(each, isFresh ? of.lists.refresh : 0) };
    }));
    const told = steps.map(({ each, step }) => ({ step, place: `${of.file}: lists.urls.${each.name}` }));
    return {
      problems: told.flatMap(({ step, place }) =>
        step.kind === "missing" && this.#mayAsk ? [line(place, step.why)] : []
      ),
      warnings: told.flatMap(({ step, place }) => {
        if (step.kind === "held") return step.warning === undefined ? [] : [line(place, step.warning)];
        return this.#mayAsk ? [] : [line(place, "has not been fetched yet, so it was not looked at")];
      }),
    };
  }

  /** Asks for the lists that are due. What has changed is given out from now on. */
  async refresh(of: Of): Promise<Refreshed> {
    const wanted = wantedOf(of);
    if ("problem" in wanted) return { changed: [], warnings: [wanted.problem] };
    const changed: string[] = [];
    const warnings: string[] = [];
    await Promise.all(wanted.map(async (each) => {
      const step = await this.#update(each, of.lists.refresh);
      if (step.kind === "missing") return void warnings.push(line(each.name, step.why));
      if (step.warning !== undefined) warnings.push(line(each.name, step.warning));
      if (!step.changed) return;
      changed.push(each.name);
      this.#fresh.add(keyOf(each));
    }));
    return { changed, warnings };
  }

  /** Undefined if it has no URL. One that is not known is empty. */
  listOf(of: Of, name: string): List | undefined {
    const url = Object.hasOwn(of.lists.urls, name) ? of.lists.urls[name] : undefined;
    if (url === undefined) return undefined;
    const held = this.#held.get(`${name} ${url}`);
    if (held !== undefined) return held.list;
    const copy = readCopy(of.state, name, url, of.lists.size);
    const list = copy && parseRemote(url, copy.text);
    return typeof list === "object" ? list : { lines: [], places: [], problems: [] };
  }

  /** `patience`: milliseconds for which a copy counts without being asked for. */
  async #update(wanted: Wanted, patience: number): Promise<Step> {
    const { of: { state, lists }, name, url, limits } = wanted;
    const held = this.#held.get(keyOf(wanted));
    // Another process may have asked meanwhile.
    const copy = newer(held?.copy, readCopy(state, name, url, lists.size));
    const kept = copy === undefined ? undefined : this.#keep(wanted, copy);
    if (copy !== undefined && kept?.kind === "held") {
      const age = this.#now() - copy.checked;
      if (!this.#mayAsk || age >= 0 && age < patience) return kept;
    }
    if (!this.#mayAsk) return { kind: "missing", why: "there is no copy" };
    const fetched = await fetchList(url, kept?.kind === "held" ? copy?.version : undefined, limits);
    const taken = await this.#take(wanted, fetched, copy);
    if (taken.kind === "held") return { ...taken, changed: taken.changed || kept?.kind === "held" && kept.changed };
    if (copy === undefined || kept?.kind !== "held") return taken;
    const age = ageOf(this.#now() - copy.checked);
    return { ...kept, warning: `${taken.why}; the copy is used, which is ${age} old` };
  }

  async #take(wanted: Wanted, fetched: Fetched, before: Copy | undefined): Promise<Step> {
    const { of: { state }, name, url } = wanted;
    if (fetched.kind === "failed") return { kind: "missing", why: `${url} ${fetched.why}` };
    const checked = this.#now();
    if (fetched.kind === "same" && before === undefined) {
      return { kind: "missing", why: `${url} was answered with 304` };
    }
    const copy: Copy = fetched.kind === "text"
      ? { url, checked, text: fetched.text, version: fetched.version }
      : { url, version: {}, text: "", ...before, checked };
    const kept = this.#keep(wanted, copy);
    if (kept.kind === "missing") return kept;
    try {
      await writeCopy(state, name, copy);
      return kept;
    } catch (error) {
      const { code = "unknown error" } = error as { readonly code?: string };
      return { ...kept, warning: `no copy of it can be kept in ${state}/lists: ${code}` };
    }
  }

  #keep(wanted: Wanted, copy: Copy): Step {
    const key = keyOf(wanted);
    const before = this.#held.get(key);
    const list = before?.copy.text === copy.text ? before.list : parseRemote(wanted.url, copy.text);
    if (typeof list === "string") return { kind: "missing", why: `${wanted.url} ${list}` };
    this.#held.delete(key);
    this.#held.set(key, { copy, list });
    const [oldest] = this.#held.keys();
    if (this.#held.size > mostHeld && oldest !== undefined) this.#held.delete(oldest);
    return { kind: "held", changed: before !== undefined && before.list !== list };
  }
}

function wantedOf(of: Of): readonly Wanted[] | { readonly problem: string } {
  const { urls, timeout, size, ca } = of.lists;
  const limits = { timeout, size };
  const names = Object.entries(urls);
  if (ca === undefined || names.length === 0) return names.map(([name, url]) => ({ of, name, url, limits }));
  try {
    const trusted = { ...limits, ca: readFileSync(ca, "utf8") };
    return names.map(([name, url]) => ({ of, name, url, limits: trusted }));
  } catch (error) {
    const { code = "unknown error" } = error as { readonly code?: string };
    return { problem: `${of.file}: lists.ca: ${ca} cannot be read: ${code}` };
  }
}

function keyOf({ name, url }: Wanted): string {
  return `${name} ${url}`;
}

function newer(one: Copy | undefined, other: Copy | undefined): Copy | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return other.checked > one.checked ? other : one;
}

function line(place: string, what: string): string {
  return escapeControls(`${place}: ${what}`);
}

function ageOf(milliseconds: number): string {
  const minutes = Math.max(0, Math.round(milliseconds / 60_000));
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
