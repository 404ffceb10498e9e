// The questions of one session to the plugins: makes the event, keeps notes and standing, logs every finding.

import type { HookName } from "../../sdk/contract/contract.ts";
import { ask } from "../hooks/ask.ts";
import type { Finding } from "../hooks/finding.ts";
import { Notebook } from "../hooks/notebook.ts";
import { project, recipientsOf, type Subject } from "../hooks/project.ts";
import { refused, settle, type Settled } from "../hooks/settle.ts";
import { marked, newcomer, type Standing, unproved } from "../policy/standing.ts";
import { earned, isReached } from "../policy/terms.ts";
import type { Session } from "../smtp/session.ts";
import type { Desk } from "./desk.ts";
import { recordFinding } from "./record_finding.ts";
import { withholding } from "./withhold_secrets.ts";

const undecided: Settled = settle([]);

const asItIs = (text: string): string => text;

export class Questions {
  readonly #desk: Desk;
  readonly #telling = new Set<Promise<unknown>>();
  #notebook = new Notebook();
  #standing: Standing = newcomer;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** What the plugins of the subject's hook decide. Without plugins it costs nothing: no event is made. */
  async ask(session: Session, subject: Subject): Promise<Settled> {
    const { hook } = subject;
    if (hook === "connect") this.#forget();
    const standing = this.#standingOf(session);
    const due = earned(standing, this.#desk.terms, hook, recipientsOf(session, subject));
    if (due !== undefined) {
      this.#desk.log("info", "refused for what was found before", { session: session.id, hook, plugin: due.by });
      return { ...undecided, decision: refused(due.refusal), by: due.by };
    }
    const chain = this.#desk.chains[hook];
    return chain.length === 0 ? undecided : await this.#ask(session, subject, standing);
  }

  async #ask(session: Session, subject: Subject, before: Standing): Promise<Settled> {
    const { offer, chains, terms, log } = this.#desk;
    const { hook } = subject;
    const event = project(session, offer.hostname, subject, { time: Date.now(), seed: 0 }, before);
    const asking = { hook, event, recipients: recipientsOf(session, subject), late: !isReached(terms, hook) };
    const about = subject.kind === "message" ? { ...asking, content: subject.content } : asking;
    const shown = subject.kind === "credentials" ? withholding(subject.credentials) : asItIs;
    const record = (_: HookName, finding: Finding): void => recordFinding(log, session, hook, finding, shown);
    const { settled, standing } = await ask(chains[hook], about, this.#notebook, before, record);
    // Nobody waits for a fact to be told: by then the session may have earned more than was known when it began.
    if (subject.kind !== "fact") this.#standing = unproved(standing);
    return settled;
  }

  /** Tells a fact; the conversation does not wait for it. */
  tell(session: Session, hook: "reset_transaction" | "disconnect"): void {
    const telling = this.ask(session, { kind: "fact", hook }).finally(() => this.#telling.delete(telling));
    this.#telling.add(telling);
  }

  /** Resolves when all facts are told: until then the plugins must stay. */
  async told(): Promise<void> {
    await Promise.allSettled(this.#telling);
  }

  /** Is there anyone to ask? Saves preparing what only a plugin would look at. */
  wants(...hooks: readonly HookName[]): boolean {
    return hooks.some((hook) => this.#desk.chains[hook].length > 0);
  }

  /** The transaction is over: plugins are told, and their notes on it go. */
  endTransaction(session: Session): void {
    this.tell(session, "reset_transaction");
    this.#notebook.endTransaction();
  }

  /** A connection begins, or XCLIENT has put another client in the place of the first. */
  #forget(): void {
    this.#notebook = new Notebook();
    this.#standing = newcomer;
  }

  #standingOf({ user }: Session): Standing {
    return user === undefined ? this.#standing : marked(this.#standing, ["authenticated"]);
  }
}
