// One loaded plugin: asks it a hook, within its limits and grants, and keeps count of how it answers.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Event } from "../../sdk/contract/event.ts";
import type { Manifest, OnError } from "../../sdk/contract/manifest.ts";
import type { Answer } from "../../sdk/contract/verdict.ts";
import type { Own } from "../hooks/askable.ts";
import type { Content } from "../spool/spool.ts";
import type { ParsedAnswer } from "./answer_schema.ts";
import type { Breaker, BreakerState } from "./breaker.ts";
import type { Instance } from "./configured_instance.ts";
import { type Counters, Tally } from "./counters.ts";
import { type CallResult, fail, type Judged } from "./failure.ts";
import { type EncodeEvent, eventEncoder } from "./event_text.ts";
import type { CallEnd } from "./exchange.ts";
import type { CallTerms } from "./extism_adapter.ts";
import { answerCheck } from "./granted_answer.ts";
import type { InstancePool, Taken } from "./instance_pool.ts";
import { answerReader } from "./known_answers.ts";
import type { PluginLimits } from "./plugin_limits.ts";
import type { Allowance } from "./requests.ts";
import type { Turns } from "./turns.ts";

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
  readonly limits: PluginLimits;
  readonly allowance: Allowance;
  readonly pool: InstancePool<Instance>;
  readonly breaker: Breaker;
  readonly turns: Turns;
}

/** What is made once for each hook, so that a call pays little for its grants. */
interface Gate {
  readonly encode: EncodeEvent;
  readonly read: (octets: Uint8Array) => ParsedAnswer;
  readonly check: (answer: Answer) => string | undefined;
}

/** Of one call: `began` is a time of `performance.now`. */
interface Occasion {
  readonly content: Content | undefined;
  readonly own: Own | undefined;
  readonly began: number;
}

export class Plugin {
  readonly name: string;
  readonly manifest: Manifest;
  readonly digest: string;
  readonly hooks: readonly HookName[];
  readonly onError: OnError;
  readonly limits: PluginLimits;
  readonly givesMarks: boolean;
  /** Names in the configuration, `*` for all. */
  readonly readsNotesOf: readonly string[];
  readonly #loaded: Loaded;
  readonly #gates = new Map<HookName, Gate>();
  readonly #tally = new Tally();

  constructor(loaded: Loaded) {
    this.name = loaded.name;
    this.manifest = loaded.manifest;
    this.digest = loaded.digest;
    this.hooks = loaded.hooks;
    this.onError = loaded.onError;
    this.limits = loaded.limits;
    this.givesMarks = loaded.allowance.grants.has("mark");
    this.readsNotesOf = loaded.allowance.grants.scopesOf("notes");
    this.#loaded = loaded;
  }

  get counters(): Counters {
    return this.#tally.counters;
  }

  get breaker(): BreakerState {
    return this.#loaded.breaker.state;
  }

  /** Asks one of `hooks`; `content` is the message under way, `own` what this plugin alone is told. Never rejects. */
  async call(hook: HookName, event: Event, content?: Content, own?: Own): Promise<CallResult> {
    const { breaker } = this.#loaded;
    const began = performance.now();
    if (!breaker.admit()) return this.#tally.count(fail("broken", "it failed too often, and rests"), began);
    const judged = await this.#answer(hook, event, { content, own, began });
    breaker.report(judged.kind === "answered");
    return this.#tally.count(judged, began);
  }

  /** Resolves when the calls under way have ended and all instances are gone. Later calls fail as `busy`. */
  close(): Promise<void> {
    return this.#loaded.pool.close();
  }

  /** Mostly an instance is idle, and nobody has to wait for a turn: then it costs no promise of its own. */
  #answer(hook: HookName, event: Event, { content, own, began }: Occasion): Promise<Judged> {
    const { pool, turns } = this.#loaded;
    const gate = this.#gate(hook);
    const input = gate.encode(event, own);
    if (input.byteLength > this.limits.input) {
      return Promise.resolve(fail("tooLarge", `the event is over ${this.limits.input} octets`));
    }
    const terms = this.#terms(began, event.time, own?.seed ?? event.seed, content);
    const turn = turns.enter();
    const idle = turn === undefined ? pool.takeIdle() : undefined;
    if (idle === undefined) return this.#askInTurn(turn, hook, gate, input, terms);
    return this.#ask(idle, hook, gate, input, terms);
  }

  async #askInTurn(
    turn: Promise<void> | undefined,
    hook: HookName,
    gate: Gate,
    input: Uint8Array,
    terms: CallTerms,
  ): Promise<Judged> {
    if (turn !== undefined) await turn;
    const taken = await this.#loaded.pool.take(terms.began + this.limits.wall - performance.now());
    if (taken.kind !== "taken") return notTaken(taken);
    return await this.#ask(taken.instance, hook, gate, input, terms);
  }

  async #ask(instance: Instance, hook: HookName, gate: Gate, input: Uint8Array, terms: CallTerms): Promise<Judged> {
    const { guest, snapshot } = instance;
    const judged = this.#judge(gate, await guest.call(hook, input, terms), terms.began);
    const { fuel, requests } = guest.used;
    this.#tally.use(guest.used, guest.memory);
    const whole = judged.kind === "answered" && !instance.once && (snapshot === undefined || snapshot.restore());
    if (whole) this.#loaded.pool.giveBack(instance);
    else this.#loaded.pool.discard(instance);
    return requests === undefined ? { ...judged, fuel } : { ...judged, fuel, requests };
  }

  #judge(gate: Gate, end: CallEnd, began: number): Judged {
    const { cpu, wall, output } = this.limits;
    if (end.kind === "killed" && end.why === "cpu") return fail("cpu", `it ran for more than ${cpu} ms`);
    // What comes too late counts for nothing, though it came.
    if (end.kind === "killed" || performance.now() - began > wall) {
      return fail("deadline", `it took more than ${wall} ms`);
    }
    if (end.kind === "trap") return fail("trap", end.message);
    if (end.kind === "oversize") return fail("badOutput", `its answer has ${end.length} octets, more than ${output}`);
    const parsed = gate.read(end.bytes);
    if (parsed.kind === "bad") return fail("badOutput", `its answer is not valid: ${parsed.why}`);
    const forbidden = gate.check(parsed.answer);
    return forbidden === undefined ? { kind: "answered", answer: parsed.answer } : fail("forbidden", forbidden);
  }

  #terms(began: number, time: number, seed: number, content: Content | undefined): CallTerms {
    const { cpu, wall, output, log } = this.limits;
    const { allowance } = this.#loaded;
    const terms = { cpu, wall, output, log, began, time, seed, allowance };
    return content === undefined ? terms : { ...terms, content };
  }

  #gate(hook: HookName): Gate {
    const known = this.#gates.get(hook);
    if (known !== undefined) return known;
    const { grants } = this.#loaded.allowance;
    const gate: Gate = {
      encode: eventEncoder(hook, grants),
      read: answerReader(hook),
      check: answerCheck(hook, grants),
    };
    this.#gates.set(hook, gate);
    return gate;
  }
}

function notTaken(taken: Exclude<Taken<Instance>, { readonly kind: "taken" }>): Judged {
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
