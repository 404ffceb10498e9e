// The questions of one session to the plugins: makes the event, keeps the notes, logs every finding.

import type { HookName } from "../../sdk/contract/contract.ts";
import { ask } from "../hooks/ask.ts";
import { Notebook } from "../hooks/notebook.ts";
import { project, type Subject } from "../hooks/project.ts";
import { type Finding, settle, type Settled } from "../hooks/settle.ts";
import type { Fields } from "../log/log.ts";
import type { Session } from "../smtp/session.ts";
import type { Desk } from "./desk.ts";
import { withholding } from "./withhold_secrets.ts";

const undecided: Settled = settle([]);

/** What of a text may stand in the log. */
type Shown = (text: string) => string;
const asItIs: Shown = (text) => text;

export class Questions {
  readonly #desk: Desk;
  readonly #notebook = new Notebook();
  readonly #telling = new Set<Promise<unknown>>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** What the plugins of the subject's hook decide. Without plugins it costs nothing: no event is made. */
  async ask(session: Session, subject: Subject): Promise<Settled> {
    const chain = this.#desk.chains[subject.hook];
    if (chain.length === 0) return undecided;
    const event = project(session, this.#desk.offer.hostname, subject, { time: Date.now(), seed: 0 });
    const asking = subject.kind === "message"
      ? { hook: subject.hook, event, content: subject.content }
      : { hook: subject.hook, event };
    const shown = subject.kind === "credentials" ? withholding(subject.credentials) : asItIs;
    return await ask(chain, asking, this.#notebook, (hook, finding) => {
      this.#record(session, hook, finding, shown);
    });
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

  #record(session: Session, hook: HookName, { plugin, onError, result }: Finding, shown: Shown): void {
    const where: Fields = {
      session: session.id,
      transaction: session.transaction?.id,
      hook,
      plugin,
      micros: Math.round(result.micros),
    };
    if (result.kind === "failed") {
      const { failure, message } = result;
      return this.#desk.log("error", "plugin failed", { ...where, failure, why: shown(message), answered: onError });
    }
    const { answer } = result;
    if (answer.verdict === "pass") return this.#desk.log("debug", "pass", where);
    this.#desk.log("info", answer.verdict, { ...where, text: shown([answer.text ?? []].flat().join(" / ")) });
  }
}
