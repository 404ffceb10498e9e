// The generation in force and those that older sessions are still served by; a reload puts a new one in force.

import type { Changes } from "./change_lists.ts";
import { changesBetween } from "./changes.ts";
import type { Log } from "../log/log.ts";
import type { OpenGeneration } from "./open.ts";

/** A session's hold on the generation it was greeted with: what EHLO promised stays true until it ends. */
export interface Lease {
  /** Counts from 1. */
  readonly number: number;
  readonly generation: OpenGeneration;
  /** The session has ended, with every call of a plugin that it began. Harmless when repeated. */
  release(): void;
}

/** A whole new generation that has been tried as far as can be without serving, or everything that is wrong with it. */
export type Built =
  | { readonly kind: "built"; readonly generation: OpenGeneration }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

/** How a reload ended. `number` is that of the generation now in force; all lines are for the operator. */
export type Reload =
  | {
    readonly kind: "reloaded";
    readonly number: number;
    readonly changes: Changes;
    readonly warnings: readonly string[];
  }
  | { readonly kind: "kept"; readonly number: number; readonly problems: readonly string[] };

export interface GenerationsOptions {
  readonly first: OpenGeneration;
  /** Reads the configuration anew and builds what it says. Never called again before it has ended. */
  readonly build: () => Promise<Built>;
  readonly log: Log;
  /** Called when a new generation has come into force. */
  readonly swapped?: (generation: OpenGeneration) => void;
}

/** One generation from its swap to its closing. */
interface Tenure {
  readonly number: number;
  readonly generation: OpenGeneration;
  leases: number;
}

export class Generations {
  readonly #options: GenerationsOptions;
  /** Old ones with sessions. */
  readonly #retired = new Set<Tenure>();
  readonly #closing = new Set<Promise<void>>();
  #current: Tenure;
  #running: Promise<Reload> | undefined;
  #waiting: Promise<Reload> | undefined;
  #stopped = false;
  #ended: (reload: Reload) => void = () => {};

  constructor(options: GenerationsOptions) {
    this.#options = options;
    this.#current = { number: 1, generation: options.first, leases: 0 };
  }

  /** The generation in force, for looking at. */
  get current(): OpenGeneration {
    return this.#current.generation;
  }

  /** That of the generation in force; counts from 1. */
  get number(): number {
    return this.#current.number;
  }

  /** Told of the end of every reload from now on, in the place of whoever was before. */
  onReload(ended: (reload: Reload) => void): void {
    this.#ended = ended;
  }

  /** Generations that are not closed: 1, and one for each older one that still has sessions. */
  get standing(): number {
    return 1 + this.#retired.size;
  }

  /** For a session that begins now. */
  lease(): Lease {
    const tenure = this.#current;
    tenure.leases++;
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      tenure.leases--;
      this.#closeIfLeft(tenure);
    };
    return { number: tenure.number, generation: tenure.generation, release };
  }

  /**
   * Puts in force what the configuration now says, or changes nothing at all. Never rejects. One runs at a time; those
   * who ask meanwhile get the result of one more, which sees every change made before they asked.
   */
  reload(): Promise<Reload> {
    if (this.#waiting !== undefined) return this.#waiting;
    if (this.#running === undefined) return this.#start();
    return this.#waiting = this.#running.then(() => {
      this.#waiting = undefined;
      return this.#start();
    });
  }

  /** For when the last session has ended: closes everything, a reload under way included. */
  async close(): Promise<void> {
    this.#stopped = true;
    while (this.#running !== undefined) await this.#running;
    for (const tenure of [...this.#retired, this.#current]) this.#close(tenure);
    await Promise.all(this.#closing);
  }

  #start(): Promise<Reload> {
    const running = this.#reload().then((reload) => {
      this.#ended(reload);
      return reload;
    }).finally(() => this.#running = undefined);
    return this.#running = running;
  }

  async #reload(): Promise<Reload> {
    const started = performance.now();
    const built = await this.#build();
    if (built.kind === "problems") return this.#keep(built.problems);
    if (this.#stopped) {
      await built.generation.close();
      return this.#keep(["the server is stopping"]);
    }
    const before = this.#current;
    this.#current = { number: before.number + 1, generation: built.generation, leases: 0 };
    this.#retired.add(before);
    this.#closeIfLeft(before);
    this.#options.swapped?.(built.generation);
    return this.#tell(before, performance.now() - started);
  }

  /** A bug in building must not end a server that works. */
  async #build(): Promise<Built> {
    if (this.#stopped) return { kind: "problems", problems: ["the server is stopping"] };
    try {
      return await this.#options.build();
    } catch (error) {
      const why = error instanceof Error ? error.stack ?? error.message : String(error);
      return { kind: "problems", problems: [`a bug, please report it: ${why}`] };
    }
  }

  #keep(problems: readonly string[]): Reload {
    const { number } = this.#current;
    for (const why of problems) this.#options.log("error", "not reloaded", { generation: number, why });
    return { kind: "kept", number, problems };
  }

  #tell(before: Tenure, milliseconds: number): Reload {
    const { number, generation } = this.#current;
    const { warnings } = generation;
    const changes = changesBetween(before.generation, generation);
    for (const warning of warnings) {
      this.#options.log("warn", "reloaded with a warning", { generation: number, warning });
    }
    this.#options.log("info", "reloaded", {
      generation: number,
      added: named(changes.added),
      changed: named(changes.changed),
      removed: named(changes.removed),
      rejudged: named(changes.rejudged),
      kept: changes.kept.length,
      tables: named(changes.tables),
      milliseconds: Math.round(milliseconds),
    });
    return { kind: "reloaded", number, changes, warnings };
  }

  /** Only an old one closes with its last session: the one in force waits for the next. */
  #closeIfLeft(tenure: Tenure): void {
    if (tenure.leases === 0 && this.#retired.has(tenure)) this.#close(tenure);
  }

  #close(tenure: Tenure): void {
    this.#retired.delete(tenure);
    const { log } = this.#options;
    const closing = tenure.generation.close().then(
      () => log("debug", "generation closed", { generation: tenure.number }),
      (error: unknown) => log("error", "generation not closed", { generation: tenure.number, why: String(error) }),
    ).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

function named(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : names.join(",");
}
