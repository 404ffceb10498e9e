// The resolver for all policy decisions: asks recursive servers, remembers what they said for as long as they allow.

import { AnswerCache } from "./answer_cache.ts";
import { askServers } from "./ask_servers.ts";
import { Flights } from "./flights.ts";
import type { Question } from "./message.ts";
import { checkName } from "./name.ts";
import { type DnsAnswer, type RecordType, type Resolver, unanswered } from "./resolver.ts";
import type { ServerAddress } from "./server_address.ts";
import { ServerOrder } from "./server_order.ts";
import { Slots } from "./slots.ts";

export interface ResolverOptions {
  /** Asked in this order; at least one. */
  readonly servers: readonly ServerAddress[];
  /** Milliseconds for one server to answer once: 2,000. */
  readonly tryTimeout?: number;
  /** Milliseconds for the whole question, waiting for its turn included: 5,000. */
  readonly timeout?: number;
  /** How often the list of servers is gone through: 2. */
  readonly attempts?: number;
  /** Whether the AD bit of servers on other machines counts: no. That of a server on this machine always does. */
  readonly trustAd?: boolean;
  /** Sockets open at once: 256. */
  readonly sockets?: number;
  /** Questions that wait for a socket: 10,000. */
  readonly waiting?: number;
  /** Answers remembered: 10,000. */
  readonly cacheEntries?: number;
  /** Octets of answers remembered: 16 MiB. */
  readonly cacheOctets?: number;
  /** Milliseconds, never going back. */
  readonly now?: () => number;
}

const defaults = {
  tryTimeout: 2_000,
  timeout: 5_000,
  attempts: 2,
  trustAd: false,
  sockets: 256,
  waiting: 10_000,
  cacheEntries: 10_000,
  cacheOctets: 16 * 1024 * 1024,
  now: (): number => performance.now(),
};

export class StubResolver implements Resolver {
  readonly #options: ResolverOptions & typeof defaults;
  readonly #cache: AnswerCache;
  readonly #flights = new Flights();
  readonly #slots: Slots;
  readonly #order: ServerOrder;

  constructor(options: ResolverOptions) {
    const all = { ...defaults, ...options };
    this.#options = all;
    this.#cache = new AnswerCache({ entries: all.cacheEntries, octets: all.cacheOctets }, all.now);
    this.#slots = new Slots(all.sockets, all.waiting);
    this.#order = new ServerOrder(all.servers, all.now);
  }

  async resolve<T extends RecordType>(name: string, type: T, signal: AbortSignal): Promise<DnsAnswer<T>> {
    const checked = checkName(name);
    if (checked.kind === "badName") return unanswered("badName", checked.message);
    const question = { name: checked.name, type };
    const key = `${type} ${checked.name}`;
    const answer = this.#cache.get(key) ??
      await this.#flights.join(key, (stop) => this.#ask(key, question, stop), signal);
    // The key holds the type, so these are answers to this type.
    return answer as DnsAnswer<T>;
  }

  /** How much is remembered and under way, for the operator. */
  get usage(): { readonly entries: number; readonly octets: number; readonly questions: number } {
    return { entries: this.#cache.size, octets: this.#cache.octets, questions: this.#flights.size };
  }

  /** Within the deadline, and within the number of sockets. */
  async #ask(key: string, question: Question, signal: AbortSignal): Promise<DnsAnswer> {
    const { timeout } = this.#options;
    const stop = new AbortController();
    const abort = (): void => stop.abort();
    const timer = setTimeout(abort, timeout);
    signal.addEventListener("abort", abort);
    try {
      const answer = await this.#askInTurn(key, question, stop.signal);
      const isLate = answer.kind === "failed" && answer.why === "aborted" && !signal.aborted;
      return isLate ? unanswered("timeout", `no answer within ${timeout} ms; ${answer.message}`) : answer;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  async #askInTurn(key: string, question: Question, signal: AbortSignal): Promise<DnsAnswer> {
    const entered = await this.#slots.enter(signal);
    if (entered === "aborted") return unanswered("aborted", "every socket was taken");
    if (entered === "full") return unanswered("network", "too many questions wait for a socket already");
    try {
      const asked = await askServers(question, { ...this.#options, order: this.#order }, signal);
      if (asked.kind === "failed") return asked;
      this.#cache.put(key, asked.answer, asked.octets);
      return asked.answer;
    } finally {
      this.#slots.leave();
    }
  }
}
