// One loaded plugin: asks it a hook, under a deadline, and keeps count of how it answers.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Event } from "../../sdk/contract/event.ts";
import type { Manifest, OnError } from "../../sdk/contract/manifest.ts";
import type { Answer } from "../../sdk/contract/verdict.ts";
import { parseAnswer } from "./answer_schema.ts";
import type { CallEnd } from "./exchange.ts";
import type { Guest } from "./extism_adapter.ts";
import type { InstancePool, Taken } from "./instance_pool.ts";
import { limits } from "./limits.ts";

/**
 * Why there is no answer. `deadline`: it took too long, waiting for an instance included. `busy`: too many calls wait,
 * or the plugin is closed. `tooLarge`: the event is longer than a plugin may be given.
 */
export type Failure = "trap" | "deadline" | "badOutput" | "busy" | "tooLarge";

/** How one call ended. `micros` is wall time in microseconds. `message` is one line, safe to log. */
export type CallResult =
  | { readonly kind: "answered"; readonly answer: Answer; readonly micros: number }
  | { readonly kind: "failed"; readonly failure: Failure; readonly message: string; readonly micros: number };

/** Since the plugin was loaded. */
export interface Counters {
  readonly answered: number;
  readonly failed: Readonly<Record<Failure, number>>;
  /** Microseconds of all calls together, and of the slowest. */
  readonly micros: number;
  readonly slowestMicros: number;
}

/** What `loadPlugin` found out. */
export interface Loaded {
  readonly name: string;
  readonly manifest: Manifest;
  /** SHA-256 of the file, in hex. */
  readonly digest: string;
  /** The manifest's hooks without those that `configure` does not need with these settings. */
  readonly hooks: readonly HookName[];
  /** The operator's word, or else the manifest's. */
  readonly onError: OnError;
  readonly deadlineMs: number;
  readonly pool: InstancePool<Guest>;
}

type Judged =
  | { readonly kind: "answered"; readonly answer: Answer }
  | { readonly kind: "failed"; readonly failure: Failure; readonly message: string };

export class Plugin {
  readonly name: string;
  readonly manifest: Manifest;
  readonly digest: string;
  readonly hooks: readonly HookName[];
  readonly onError: OnError;
  readonly #deadlineMs: number;
  readonly #pool: InstancePool<Guest>;
  readonly #encoder = new TextEncoder();
  readonly #failed: Record<Failure, number> = { trap: 0, deadline: 0, badOutput: 0, busy: 0, tooLarge: 0 };
  #answered = 0;
  #micros = 0;
  #slowestMicros = 0;

  constructor(loaded: Loaded) {
    this.name = loaded.name;
    this.manifest = loaded.manifest;
    this.digest = loaded.digest;
    this.hooks = loaded.hooks;
    this.onError = loaded.onError;
    this.#deadlineMs = loaded.deadlineMs;
    this.#pool = loaded.pool;
  }

  get counters(): Counters {
    const { trap, deadline, badOutput, busy, tooLarge } = this.#failed;
    return {
      answered: this.#answered,
      failed: { trap, deadline, badOutput, busy, tooLarge },
      micros: this.#micros,
      slowestMicros: this.#slowestMicros,
    };
  }

  /** Asks one of `hooks`. Never rejects. Finds an idle instance in the usual case, and then runs to its end at once. */
  async call(hook: HookName, event: Event): Promise<CallResult> {
    const started = performance.now();
    const input = this.#encode(event);
    if (input === undefined) return this.#count(fail("tooLarge", `the event is over ${limits.event} octets`), started);
    const idle = this.#pool.takeIdle();
    if (idle !== undefined) return this.#count(this.#ask(idle, hook, input, started), started);
    const taken = await this.#pool.take(this.#deadlineMs);
    const judged = taken.kind === "taken" ? this.#ask(taken.instance, hook, input, started) : notTaken(taken);
    return this.#count(judged, started);
  }

  /** Resolves when the calls under way have ended and all instances are gone. Later calls fail as `busy`. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  #encode(event: Event): Uint8Array | undefined {
    const text = JSON.stringify(event);
    if (text.length > limits.event) return undefined;
    const bytes = this.#encoder.encode(text);
    return bytes.byteLength > limits.event ? undefined : bytes;
  }

  #ask(guest: Guest, hook: HookName, input: Uint8Array, started: number): Judged {
    const judged = judge(hook, guest.call(hook, input, limits.answer));
    // A guest that runs cannot be interrupted from here, but what comes too late counts for nothing.
    const overran = performance.now() - started > this.#deadlineMs;
    if (judged.kind === "answered" && !overran) this.#pool.giveBack(guest);
    else this.#pool.discard(guest);
    return overran ? fail("deadline", `it took longer than ${this.#deadlineMs} ms`) : judged;
  }

  #count(judged: Judged, started: number): CallResult {
    const micros = (performance.now() - started) * 1000;
    this.#micros += micros;
    if (micros > this.#slowestMicros) this.#slowestMicros = micros;
    if (judged.kind === "answered") {
      this.#answered += 1;
      return { kind: "answered", answer: judged.answer, micros };
    }
    this.#failed[judged.failure] += 1;
    return { kind: "failed", failure: judged.failure, message: judged.message, micros };
  }
}

function judge(hook: HookName, end: CallEnd): Judged {
  if (end.kind === "trap") return fail("trap", end.message);
  if (end.kind === "oversize") {
    return fail("badOutput", `its answer has ${end.length} octets, more than ${limits.answer}`);
  }
  const parsed = parseAnswer(hook, end.bytes);
  if (parsed.kind === "bad") return fail("badOutput", `its answer is not valid: ${parsed.why}`);
  return { kind: "answered", answer: parsed.answer };
}

function notTaken(taken: Exclude<Taken<Guest>, { readonly kind: "taken" }>): Judged {
  switch (taken.kind) {
    case "failed":
      return fail("trap", taken.message);
    case "busy":
      return fail("busy", "too many calls wait for it");
    case "deadline":
      return fail("deadline", "no instance became free in time");
    case "closed":
      return fail("busy", "it is closed");
  }
}

function fail(failure: Failure, message: string): Judged {
  return { kind: "failed", failure, message };
}
