// One session as a trace: the session, its transactions, the hooks that were asked, the plugins, and what they asked for.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Reply } from "../smtp/reply.ts";
import type { Session } from "../smtp/session.ts";
import type { Found, SessionWatch } from "../watch/watch.ts";
import { describeFound, describeRequest, describeSession, describeTransaction, isOutward } from "./describe.ts";
import { type Attributes, newSpanId, newTraceId, type Span, spanKinds } from "./span.ts";

export interface TraceMeans {
  /** Takes a span that is over; quick, and never throws. */
  readonly put: (span: Span) => void;
  /** Whether addresses of mailboxes may be told. */
  readonly addresses: boolean;
}

/** A span under way. */
interface Open {
  readonly id: string;
  readonly parent?: string;
  /** As of `performance.now`. */
  readonly start: number;
}

interface OpenHook extends Open {
  readonly parent: string;
  readonly hook: HookName;
  /** Hooks that only hear of a fact overlap with others: the session as it was then tells them apart. */
  readonly session: Session;
}

interface OpenTransaction extends Open {
  readonly parent: string;
  attributes: Attributes;
  /** Its own, once MAIL was accepted. */
  code?: string;
  ending?: string;
}

type Told = Partial<Pick<Span, "kind" | "attributes" | "failure">>;

export class SessionTrace implements SessionWatch {
  readonly #means: TraceMeans;
  readonly #trace = newTraceId();
  readonly #root: Open = { id: newSpanId(), start: performance.now() };
  /** What makes milliseconds since 1970 of `performance.now`: the clock may be set while a process runs for months. */
  readonly #epoch = Date.now() - this.#root.start;
  readonly #hooks: OpenHook[] = [];
  #heard = this.#root.start;
  #transaction: OpenTransaction | undefined;
  /** The last that is over: plugins hear of its end after it. */
  #over: OpenTransaction | undefined;
  #delivering: Open | undefined;
  #code = 0;

  constructor(means: TraceMeans) {
    this.#means = means;
  }

  heard(): void {
    this.#heard = performance.now();
  }

  asking(session: Session, hook: HookName): void {
    if (hook === "mail") this.#beginTransaction();
    const { id } = this.#parentOf(session, hook);
    this.#hooks.push({ id: newSpanId(), parent: id, start: performance.now(), hook, session });
  }

  found(session: Session, hook: HookName, found: Found): void {
    const asked = this.#asked(session, hook);
    if (asked === undefined || found.micros === undefined) return;
    const end = performance.now();
    const start = Math.max(asked.start, end - found.micros / 1000);
    const plugin = { id: newSpanId(), parent: asked.id, start };
    for (const request of found.requests ?? []) {
      const began = Math.max(start, request.began);
      const { capability, milliseconds } = request;
      const open = { id: newSpanId(), parent: plugin.id, start: began };
      const kind = isOutward(request) ? spanKinds.client : spanKinds.internal;
      const told = { kind, attributes: describeRequest(request) };
      this.#end(open, `capability ${capability}`, told, Math.min(end, began + milliseconds));
    }
    const { failure } = found;
    const attributes = { "smtp.hook": hook, ...describeFound(found, this.#means.addresses) };
    this.#end(plugin, "plugin", failure === undefined ? { attributes } : { attributes, failure }, end);
  }

  asked(session: Session, hook: HookName): void {
    const asked = this.#asked(session, hook);
    if (asked === undefined) return;
    this.#hooks.splice(this.#hooks.indexOf(asked), 1);
    this.#end(asked, `hook ${hook}`, { attributes: { "smtp.hook": hook } });
  }

  told(before: Session, after: Session, replies: readonly Reply[]): void {
    const [first] = replies;
    if (first !== undefined) this.#code = first.code;
    const { transaction } = after;
    if (transaction !== undefined) {
      // Nobody was asked about MAIL.
      this.#beginTransaction();
      this.#describe(after);
    } else if (this.#transaction !== undefined) {
      this.#describe(before);
      this.#endTransaction(before.transaction === undefined ? "refused" : "given up");
    }
  }

  delivering(): void {
    this.#delivering = { id: newSpanId(), parent: (this.#transaction ?? this.#root).id, start: performance.now() };
  }

  delivered(_session: Session, results: readonly string[]): void {
    if (this.#delivering === undefined) return;
    const attributes = { "smtp.results": [...new Set(results)] };
    this.#end(
      this.#delivering,
      "delivery",
      results.includes("failed") ? { attributes, failure: "failed" } : { attributes },
    );
    this.#delivering = undefined;
  }

  ended(session: Session, ending: string, size: number): void {
    this.#describe(session);
    if (this.#transaction === undefined) return;
    this.#transaction.ending = ending;
    this.#transaction.attributes = { ...this.#transaction.attributes, "smtp.size": size };
  }

  left(session: Session): void {
    if (this.#transaction !== undefined) {
      this.#describe(session);
      this.#endTransaction("left");
    }
    const attributes = { ...describeSession(session), ...this.#coded() };
    this.#end(this.#root, "session", { kind: spanKinds.server, attributes });
  }

  /** Begins with the line of MAIL. */
  #beginTransaction(): void {
    this.#transaction ??= { id: newSpanId(), parent: this.#root.id, start: this.#heard, attributes: {} };
  }

  #describe({ transaction }: Session): void {
    if (this.#transaction === undefined || transaction === undefined) return;
    const { attributes } = this.#transaction;
    this.#transaction.code = transaction.id;
    this.#transaction.attributes = { ...attributes, ...describeTransaction(transaction, this.#means.addresses) };
  }

  #endTransaction(otherwise: string): void {
    const over = this.#transaction;
    if (over === undefined) return;
    const { ending = otherwise } = over;
    const attributes = { ...over.attributes, "smtp.ending": ending, ...this.#coded() };
    this.#end(over, "transaction", ending === "failed" ? { attributes, failure: ending } : { attributes });
    this.#over = over;
    this.#transaction = undefined;
  }

  #parentOf({ transaction }: Session, hook: HookName): Open {
    if (hook === "mail") return this.#transaction ?? this.#root;
    if (transaction === undefined) return this.#root;
    return [this.#transaction, this.#over].find((each) => each?.code === transaction.id) ?? this.#root;
  }

  #asked(session: Session, hook: HookName): OpenHook | undefined {
    return this.#hooks.find((each) => each.hook === hook && each.session === session);
  }

  /** What the client was told last. */
  #coded(): Attributes {
    return this.#code === 0 ? {} : { "smtp.code": this.#code };
  }

  #end(open: Open, name: string, told: Told, end: number = performance.now()): void {
    const { id, parent, start } = open;
    const { kind = spanKinds.internal, attributes = {}, failure } = told;
    this.#means.put({
      trace: this.#trace,
      id,
      ...(parent === undefined ? {} : { parent }),
      name,
      kind,
      start: this.#epoch + start,
      end: this.#epoch + end,
      attributes,
      ...(failure === undefined ? {} : { failure }),
    });
  }
}
