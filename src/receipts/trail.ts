// Keeps what was decided in one session in memory, and gives a record of each transaction away when it is over.

import { formatMailbox } from "../smtp/path.ts";
import type { Reply } from "../smtp/reply.ts";
import type { Session } from "../smtp/session.ts";
import { Chain } from "./chain.ts";
import { bounded, type DecisionRecord, type FindingStep, formatRecord, type Keep, type Step } from "./record.ts";

/** What comes of refusals besides their telling. */
export interface Receipts {
  /** Whether every refusal ends in its code. */
  readonly inReplies: boolean;
  readonly keep: Keep;
  /** Takes one line for the store; must be quick, and never throws. */
  put(line: string): void;
}

/** A reason for the refusal that is told next. */
interface Cause {
  readonly by: string;
  readonly why: string | undefined;
}

type Without<S, K extends string> = S extends unknown ? Omit<S, K> : never;

/** Recipients that a record names. */
const mostRecipients = 20;

export class Trail {
  readonly #receipts: Receipts;
  readonly #off: boolean;
  readonly #began = Date.now();
  readonly #session = new Chain();
  #transaction: Chain | undefined;
  /** Whether the session stands in a record of one of its transactions. */
  #kept = false;
  /** What happened since the last reply: the transaction it belongs to may be born by the next. */
  #pending: Step[] = [];
  #cause: Cause | undefined;
  /** In LMTP, where each recipient has a reply. */
  readonly #causes = new Map<number, Cause>();

  constructor(receipts: Receipts) {
    this.#receipts = receipts;
    this.#off = receipts.keep === "off";
  }

  /**
   * What a plugin found. `refuses`: it is the reason for the next reply; with `places`, for those to these recipients
   * alone, counted from 0.
   */
  found(step: Without<FindingStep, "at">, refuses: boolean, places?: readonly number[]): void {
    if (this.#off) return;
    const why = step.why === undefined ? undefined : bounded(step.why);
    this.#pending.push(stepAt(this.#at(), step, why));
    if (!refuses) return;
    const cause = { by: step.plugin, why: why ?? `${step.found}, without a word` };
    if (places === undefined) this.#cause = cause;
    else for (const place of places) this.#causes.set(place, cause);
  }

  /** What the server decided by itself, or on the word that the plugin `by` gave before: why the next reply refuses. */
  noted(note: string, more: { readonly [K in "hook" | "about" | "by" | "why"]?: string | undefined } = {}): void {
    if (this.#off) return;
    const why = more.why === undefined ? undefined : bounded(more.why);
    this.#pending.push({ at: this.#at(), note, ...more, why });
    this.#cause ??= { by: more.by ?? "server", why: why === undefined ? note : `${note}: ${why}` };
  }

  /** What became of the message: `ending` of all, or of each. */
  ended(ending: string, replies: readonly Reply[], size: number, said: string | undefined): void {
    if (this.#off) return;
    const why = said === undefined ? undefined : bounded(said);
    const codes = replies.slice(0, mostRecipients).map(({ code }) => code).join(" ");
    this.#pending.push({ at: this.#at(), fate: ending, codes, size, why });
    if (why !== undefined || ending === "nextHop" || ending === "each") this.#cause ??= { by: "delivery", why };
  }

  /** The client was told so; `before` is the session that was, `after` the one that is. */
  told(before: Session, after: Session, replies: readonly Reply[]): void {
    if (this.#off) return;
    const within = before.transaction ?? after.transaction;
    if (within !== undefined) this.#transaction ??= new Chain();
    const chain = this.#transaction ?? this.#session;
    this.#settle(chain);
    for (const [place, reply] of replies.entries()) {
      if (reply.code >= 400) chain.add(this.#replyStep(reply, this.#causes.get(place) ?? this.#cause));
    }
    this.#cause = undefined;
    if (this.#causes.size > 0) this.#causes.clear();
    if (before.transaction !== undefined && before.transaction.id !== after.transaction?.id) {
      this.#endTransaction(before);
    }
  }

  /** The connection is over. `gone`: the client did not wait for a reply. */
  end(session: Session, gone: boolean): void {
    if (this.#off) return;
    if (gone) this.noted("the client left without QUIT");
    this.#settle(this.#transaction ?? this.#session);
    if (session.transaction !== undefined) this.#endTransaction(session);
    const { refusals } = this.#session;
    const wanted = this.#receipts.keep === "all" ? refusals > 0 || !this.#kept : refusals > 0;
    if (wanted) this.#put(session, session.id, this.#session.steps, this.#session.omitted);
  }

  #settle(chain: Chain): void {
    for (const step of this.#pending) chain.add(step);
    this.#pending = [];
  }

  #replyStep({ code, status, lines }: Reply, cause: Cause | undefined): Step {
    const text = bounded([...status === undefined ? [] : [status], ...lines].join(" "));
    const { by, why } = cause ?? { by: "server", why: undefined };
    return { at: this.#at(), reply: code, text, by, why };
  }

  #endTransaction(session: Session): void {
    const own = this.#transaction ?? new Chain();
    this.#transaction = undefined;
    if (this.#receipts.keep === "refusals" && own.refusals === 0) return;
    this.#kept = true;
    const before = this.#session.excerpt();
    const steps = [...before.steps, ...own.steps];
    this.#put(session, session.transaction?.id ?? session.id, steps, before.omitted + own.omitted);
  }

  #put(session: Session, id: string, steps: readonly Step[], omitted: number): void {
    const { client, hello, user, transaction } = session;
    const envelope = id === session.id ? undefined : transaction;
    const record: DecisionRecord = {
      id,
      session: session.id,
      began: this.#began,
      client: client.address,
      hello: hello && bounded(hello.name),
      user: user && bounded(user),
      ...(envelope === undefined ? {} : envelopeOf(envelope)),
      omitted: omitted === 0 ? undefined : omitted,
      steps,
    };
    this.#receipts.put(formatRecord(record));
  }

  #at(): number {
    return Date.now() - this.#began;
  }
}

/** Written out: there are many, and copying what an object happens to hold costs ten times as much. */
function stepAt(at: number, step: Without<FindingStep, "at">, why: string | undefined): FindingStep {
  const { hook, plugin, about, found, micros, fuel, as, failure, answered, score, marks } = step;
  return { at, hook, plugin, about, found, micros, fuel, as, why, failure, answered, score, marks };
}

/** For somebody with whom no conversation began, or one that a bug ended. */
export function recordRefusal(receipts: Receipts, id: string, client: string, reply: Reply, why?: string): void {
  if (receipts.keep === "off") return;
  const text = bounded([...reply.status === undefined ? [] : [reply.status], ...reply.lines].join(" "));
  const steps = [{ at: 0, reply: reply.code, text, by: "server", why: why && bounded(why) }];
  receipts.put(formatRecord({ id, session: id, began: Date.now(), client, steps }));
}

function envelopeOf(
  { reversePath, forwardPaths }: NonNullable<Session["transaction"]>,
): Pick<DecisionRecord, "from" | "to" | "recipients"> {
  const to = forwardPaths.slice(0, mostRecipients).map((path) => bounded(`<${formatMailbox(path)}>`));
  const from = reversePath === null ? "<>" : bounded(`<${formatMailbox(reversePath)}>`);
  return { from, to, recipients: forwardPaths.length > to.length ? forwardPaths.length : undefined };
}
