// What a guest asks of the host during one call: counted, checked against its grants, and over when the call is.

import type { Json } from "../../sdk/contract/contract.ts";
import type { CallContext, Capability, Fulfilled } from "../capabilities/capability.ts";
import type { HostRequest } from "../hooks/askable.ts";
import type { Content } from "../spool/spool.ts";
import type { CallClock } from "./call_clock.ts";
import { decodeJson } from "./decode_json.ts";
import { isCapabilityName } from "./grant_names.ts";
import type { EffectiveGrants } from "./grants.ts";

/** What there is to ask for, by name. */
export type Capabilities = ReadonlyMap<string, Capability>;

/** Reads content for `content_read` within scopes of `content`; undefined if they do not reach so far. */
export type ReadContent = (
  content: Content,
  scopes: readonly string[],
  offset: number,
  length: number,
) => Promise<Uint8Array | undefined>;

/** What one plugin may ask for, the same for all its calls. */
export interface Allowance {
  readonly plugin: string;
  readonly grants: EffectiveGrants;
  readonly capabilities: Capabilities;
  readonly readContent: ReadContent;
  /** Requests in one call. */
  readonly hostCalls: number;
}

/** Requests in a call in which nothing may be asked for, as in `configure`. */
const mostRefusals = 10;

/** Requests of one call that are told of. */
const mostTold = 100;

const encoder = new TextEncoder();

export class Requests {
  readonly #clock: CallClock;
  #allowance: Allowance | undefined;
  #content: Content | undefined;
  #time = 0;
  #made = 0;
  #asked: HostRequest[] | undefined;
  #abort: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(clock: CallClock) {
    this.#clock = clock;
  }

  /** A call begins. Without an allowance, as in `configure`, everything is refused. */
  begin(time: number, allowance?: Allowance, content?: Content): void {
    this.#allowance = allowance;
    this.#content = content;
    this.#time = time;
    this.#made = 0;
    this.#asked = undefined;
  }

  /** What the call that is over, or under way, asked for; the first hundred. */
  get asked(): readonly HostRequest[] | undefined {
    return this.#asked;
  }

  /** The call is over: whatever it still waits for is let go. */
  end(): void {
    this.#allowance = undefined;
    this.#content = undefined;
    if (this.#abort === undefined) return;
    clearTimeout(this.#timer);
    this.#abort.abort();
    this.#abort = undefined;
  }

  /** JSON `{capability, request}` in, JSON `{value}` or `{error}` out. The clock stands still meanwhile. */
  async ask(bytes: Uint8Array): Promise<Uint8Array> {
    const decoded = decodeJson(bytes);
    if (decoded.kind === "bad") return encode(refused("badRequest", decoded.why));
    const { capability, request } = Object(decoded.value) as {
      readonly capability?: unknown;
      readonly request?: unknown;
    };
    return await this.askFor(typeof capability === "string" ? capability : "", request);
  }

  /** The same for a request that is parsed already, or could not be. */
  async askFor(name: string, request: unknown): Promise<Uint8Array> {
    return encode(await this.#waiting(() => this.#noted(name, request)));
  }

  async #noted(name: string, request: unknown): Promise<Fulfilled> {
    // A guest may name what it likes.
    const capability = this.#allowance?.capabilities.has(name) === true ? name : "unknown";
    const began = performance.now();
    const fulfilled = await this.#fulfil(name, request);
    this.#note(capability, began, fulfilled.kind === "done" ? "done" : fulfilled.code);
    return fulfilled;
  }

  /** Up to `length` octets of the message from `offset`; undefined if there is none or it is not granted. */
  async content(offset: number, length: number): Promise<Uint8Array | undefined> {
    const [allowance, content] = [this.#allowance, this.#content];
    if (allowance === undefined || content === undefined) return undefined;
    this.#made++;
    if (this.#made > allowance.hostCalls) return undefined;
    const scopes = allowance.grants.scopesOf("content");
    return await this.#waiting(async () => {
      const began = performance.now();
      const octets = await allowance.readContent(content, scopes, offset, length);
      this.#note("content", began, octets === undefined ? "notGranted" : "done");
      return octets;
    });
  }

  #note(capability: string, began: number, outcome: string): void {
    const asked = this.#asked ??= [];
    if (asked.length >= mostTold) return;
    asked.push({ capability, began, milliseconds: performance.now() - began, outcome });
  }

  async #waiting<T>(work: () => Promise<T>): Promise<T> {
    this.#clock.pause();
    try {
      return await work();
    } finally {
      await this.#clock.resume();
    }
  }

  async #fulfil(name: string, request: unknown): Promise<Fulfilled> {
    const allowance = this.#allowance;
    const capability = allowance?.capabilities.get(name);
    const scopes = isCapabilityName(name) ? allowance?.grants.scopesOf(name) ?? [] : [];
    this.#made++;
    const most = allowance?.hostCalls ?? mostRefusals;
    // Told once; a guest that goes on asking is not listening.
    if (this.#made > most + 1) throw new Error(`it went on asking after ${most} requests in one call`);
    if (this.#made > most) return refused("tooMany", `more than ${most} requests in one call`);
    if (allowance === undefined || capability === undefined || scopes.length === 0) {
      return refused("notGranted", `${name} is not granted to this plugin`);
    }
    const signal = (): AbortSignal => this.#signal();
    const context: CallContext = {
      plugin: allowance.plugin,
      scopes,
      // Made when somebody wants it: a capability that answers at once does not.
      get signal() {
        return signal();
      },
      time: this.#time,
      ...(this.#content === undefined ? {} : { content: this.#content }),
    };
    const work = capability.fulfil(request, context);
    return work instanceof Promise ? await orAborted(work, context.signal) : work;
  }

  /** Made at the first request: most calls make none, and then pay for neither timer nor signal. */
  #signal(): AbortSignal {
    if (this.#abort === undefined) {
      const abort = new AbortController();
      this.#abort = abort;
      this.#timer = setTimeout(() => {
        this.#clock.expire();
        abort.abort();
      }, Math.max(0, this.#clock.left));
    }
    return this.#abort.signal;
  }
}

/** A guest that waits for ever would never be freed, so the wait ends with the call whatever the capability does. */
function orAborted(work: Promise<Fulfilled>, signal: AbortSignal): Promise<Fulfilled> {
  return new Promise((resolve) => {
    const aborted = (): void => resolve(refused("aborted", "the time of this call is over"));
    signal.addEventListener("abort", aborted, { once: true });
    const settle = (fulfilled: Fulfilled): void => {
      signal.removeEventListener("abort", aborted);
      resolve(fulfilled);
    };
    work.then(settle, (error) => settle(refused("failed", error instanceof Error ? error.message : "it failed")));
    if (signal.aborted) aborted();
  });
}

function refused(code: string, message: string): Fulfilled {
  return { kind: "refused", code, message };
}

function encode(fulfilled: Fulfilled): Uint8Array {
  const result: Json = fulfilled.kind === "done"
    ? { value: fulfilled.value }
    : { error: { code: fulfilled.code, message: fulfilled.message } };
  return encoder.encode(JSON.stringify(result));
}
