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
import { type Counters, Tally, type Used } from "./counters.ts";
import { type CallResult, fail, type Judged } from "./failure.ts";
import { type EncodeEvent, eventEncoder } from "./event_text.ts";
import type { Asked, CallEnd } from "./exchange.ts";
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

/** One question, ready for an instance. */
interface Request {
  readonly hook: HookName;
  readonly gate: Gate;
  readonly input: Uint8Array;
  readonly terms: CallTerms;
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

  /**
   * Asks one of `hooks`; `content` is the message under way, `own` what this plugin alone is told. Never rejects. Mostly
   * an instance is idle, and nobody has to wait for a turn.
   */
  call(hook: HookName, event: Event, content?: Content, own?: Own): Promise<CallResult> {
    const { breaker, pool, turns } = this.#loaded;
    const began = performance.now();
    if (!breaker.admit()) {
      return Promise.resolve(this.#tally.count(fail("broken", "it failed too often, and rests"), began));
    }
    const gate = this.#gate(hook);
    const input = gate.encode(event, own);
    const most = this.limits.input;
    if (input.byteLength > most) {
      return Promise.resolve(this.#report(fail("tooLarge", `the event is over ${most} octets`), began));
    }
    const request = { hook, gate, input, terms: this.#terms(began, { hook, event }, content, own) };
    const turn = turns.enter();
    const idle = turn === undefined ? pool.takeIdle() : undefined;
    return idle === undefined ? this.#askInTurn(turn, request) : this.#ask(idle, request);
  }

  /** Resolves when the calls under way have ended and all instances are gone. Later calls fail as `busy`. */
  close(): Promise<void> {
    return this.#loaded.pool.close();
  }

  async #askInTurn(turn: Promise<void> | undefined, request: Request): Promise<CallResult> {
    if (turn !== undefined) await turn;
    const { began } = request.terms;
    const taken = await this.#loaded.pool.take(began + this.limits.wall - performance.now());
    return taken.kind === "taken" ? await this.#ask(taken.instance, request) : this.#report(notTaken(taken), began);
  }

  async #ask(instance: Instance, { hook, gate, input, terms }: Request): Promise<CallResult> {
    const { guest, snapshot } = instance;
    const judged = this.#judge(gate, await guest.call(hook, input, terms), terms.began);
    const { used } = guest;
    this.#tally.use(used, guest.memory);
    const whole = judged.kind === "answered" && !instance.once && (snapshot === undefined || snapshot.restore());
    if (whole) this.#loaded.pool.giveBack(instance);
    else this.#loaded.pool.discard(instance);
    return this.#report(judged, terms.began, used);
  }

  #report(judged: Judged, began: number, used?: Used): CallResult {
    this.#loaded.breaker.report(judged.kind === "answered");
    return this.#tally.count(judged, began, used);
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

  #terms(began: number, asked: Asked, content: Content | undefined, own: Own | undefined): CallTerms {
    const { cpu, wall, output, log } = this.limits;
    const { allowance } = this.#loaded;
    const { time, seed } = asked.event;
    const terms = { cpu, wall, output, log, began, asked, time, seed: own?.seed ?? seed, allowance };
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
