// The questions of one session to the plugins: makes the event, keeps notes and standing, logs every finding.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { AuthenticationResult } from "../../sdk/contract/verdict.ts";
import { ResultBook } from "../authentication_results/result_book.ts";
import { whoAuthenticated } from "../authentication_results/who_authenticated.ts";
import { ask, type Asked, type Asking } from "../hooks/ask.ts";
import { conclude } from "../hooks/conclude.ts";
import type { Finding } from "../hooks/finding.ts";
import { Notebook } from "../hooks/notebook.ts";
import { concerned, project, type Subject } from "../hooks/project.ts";
import { isRefusal, type Settled } from "../hooks/settle.ts";
import { type About, commonMarks } from "../policy/about.ts";
import { marked, newcomer, type Standing, unproved, withoutRecipient, withoutTransaction } from "../policy/standing.ts";
import type { Trail } from "../receipts/trail.ts";
import { passed } from "../smtp/decision.ts";
import { formatMailbox } from "../smtp/path.ts";
import type { Session } from "../smtp/session.ts";
import type { SessionWatch } from "../watch/watch.ts";
import type { Desk } from "./desk.ts";
import { recordFinding } from "./record_finding.ts";
import { withholding } from "./withhold_secrets.ts";

/** What is refused unless a plugin takes it. */
const silences: { readonly [H in HookName]?: string } = {
  rcpt: "no plugin accepted this recipient",
  auth: "no plugin vouched for this user",
};

/** Nobody was asked, and nothing was earned before. */
const nothingSaid: Settled = { decision: passed, edits: [], results: [] };

const asItIs = (text: string): string => text;

export class Questions {
  readonly #desk: Desk;
  readonly #trail: Trail;
  readonly #watch: SessionWatch | undefined;
  readonly #telling = new Set<Promise<unknown>>();
  #notebook = new Notebook();
  #results = new ResultBook();
  #standing: Standing = newcomer;

  constructor(desk: Desk, trail: Trail, watch?: SessionWatch) {
    this.#desk = desk;
    this.#watch = watch;
    this.#trail = trail;
  }

  /** What the plugins of the subject's hook decide. Without plugins it costs nothing: no event is made. */
  async ask(session: Session, subject: Subject): Promise<Settled> {
    const { hook } = subject;
    if (hook === "connect") this.#forget();
    const about = concerned(session, subject);
    if (subject.kind !== "fact") this.#begin(session, about);
    if (this.#standing === newcomer && this.#desk.chains[hook].length === 0) {
      this.#noteUndecided(nothingSaid, subject);
      if (subject.kind !== "fact") this.#results.keep(hook, []);
      return nothingSaid;
    }
    const before = session.user === undefined ? this.#standing : marked(this.#standing, ["authenticated"]);
    const asked = this.#desk.chains[hook].length === 0
      ? { findings: [], standing: before }
      : await this.#ask(session, subject, about, before);
    // Nobody waits for a fact to be told: by then the session may have earned more than was known when it began.
    if (subject.kind !== "fact") this.#standing = unproved(asked.standing);
    const settled = conclude(asked, { about, ...this.#how(subject) });
    this.#noteEarned(settled, session, hook);
    this.#noteUndecided(settled, subject);
    // What was refused did not happen: the hello before it is still the client's.
    const happened = !isRefusal(settled) || settled.each !== undefined;
    if (subject.kind !== "fact" && happened) this.#results.keep(hook, settled.results);
    return settled;
  }

  async #ask(session: Session, subject: Subject, about: About, before: Standing): Promise<Asked> {
    const { offer, chains, log } = this.#desk;
    const { hook } = subject;
    const seen = { marks: commonMarks(before, about), score: before.score };
    const event = project(session, offer.hostname, subject, { time: Date.now(), seed: 0 }, seen);
    const content = subject.kind === "message" ? { content: subject.content } : {};
    const asking: Asking = { about, event, ...this.#how(subject), ...content };
    const shown = subject.kind === "credentials" ? withholding(subject.credentials) : asItIs;
    const trail = subject.kind === "fact" ? undefined : this.#trail;
    const occasion = { log, trail, watch: this.#watch, session, hook, about: aboutOf(subject), shown };
    const record = (_: HookName, finding: Finding): void => recordFinding(occasion, finding);
    const watch = this.#watch;
    if (watch === undefined) return await ask(chains[hook], asking, this.#notebook.current(), before, record);
    const began = performance.now();
    watch.asking(session, hook);
    const asked = await ask(chains[hook], asking, this.#notebook.current(), before, record);
    watch.asked(session, hook, performance.now() - began);
    return asked;
  }

  /** Before 250 a message has one fate for all, but in LMTP: RFC 2033 §4.2. */
  #how(subject: Subject): Pick<Asking, "terms" | "perRecipient"> {
    const { terms, offer } = this.#desk;
    return { terms, perRecipient: subject.kind === "message" && offer.mode === "lmtp" };
  }

  /** What was said of a transaction that is over, or of a recipient who was refused, counts for no other. */
  #begin({ transaction }: Session, { hook, places: [place = 0] }: About): void {
    if (transaction === undefined) {
      this.#standing = withoutTransaction(this.#standing);
      this.#notebook.endTransaction();
    } else if (hook === "rcpt") {
      this.#standing = withoutRecipient(this.#standing, place);
      this.#notebook.beginRecipient(place);
    }
  }

  /** What is known of the authenticity of the message under way. */
  results(session: Session): readonly AuthenticationResult[] {
    return [...whoAuthenticated(session), ...this.#results.all()];
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
    this.#standing = withoutTransaction(this.#standing);
    this.#results.endTransaction();
  }

  /** A connection begins, or XCLIENT has put another client in the place of the first. */
  #forget(): void {
    this.#notebook = new Notebook();
    this.#results = new ResultBook();
    this.#standing = newcomer;
  }

  #noteEarned({ earned = [] }: Settled, session: Session, hook: HookName): void {
    for (const { by, refusal } of earned) {
      this.#desk.log("info", "refused for what was found before", { session: session.id, hook, plugin: by });
      const why = [refusal.text].flat().join(" / ");
      this.#trail.noted("refused for what was found before", { hook, by, why });
    }
  }

  /** Silence refuses here. */
  #noteUndecided({ decision }: Settled, subject: Subject): void {
    const note = decision.verdict === "pass" ? silences[subject.hook] : undefined;
    if (note !== undefined) this.#trail.noted(note, { hook: subject.hook, about: aboutOf(subject) });
  }
}

/** The recipient of RCPT, for the log. */
function aboutOf(subject: Subject): string | undefined {
  if (subject.kind !== "question" || subject.command.verb !== "RCPT") return undefined;
  return `<${formatMailbox(subject.command.forwardPath)}>`;
}
