// One session under way as it is observed: little is kept, and put into words when somebody asks.

import { type HookName, observingHooks } from "../../sdk/contract/contract.ts";
import type { Reply } from "../smtp/reply.ts";
import type { Session } from "../smtp/session.ts";
import type { Found, SessionWatch } from "../watch/watch.ts";
import { Dialogue, type Room } from "./dialogue.ts";
import type { LiveFinding, LiveSession, LiveState, SessionSummary } from "./live_session.ts";
import { bounded, shownEnvelope } from "./shown_text.ts";

/** Findings that are kept: while somebody looks at sessions, and while nobody does. */
const looked = 50;
const alone = 10;

export interface Surroundings {
  readonly room: Room;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly left: () => void;
}

interface Kept {
  readonly at: number;
  readonly hook: HookName;
  readonly found: Found;
}

export class Observed implements SessionWatch {
  readonly #around: Surroundings;
  readonly #began: number;
  readonly #dialogue: Dialogue;
  #session: Session;
  #state: LiveState = "server";
  #since: number;
  #asking: HookName | undefined;
  /** The state in which plugins were asked. */
  #before: LiveState = "server";
  #over = false;
  #messages = 0;
  #findings: Kept[] | undefined;

  constructor(session: Session, around: Surroundings) {
    this.#session = session;
    this.#around = around;
    this.#began = around.now();
    this.#since = this.#began;
    this.#dialogue = new Dialogue(around.room);
  }

  heard(line: string): void {
    this.#enter(/^BDAT /i.test(line) ? "content" : "server");
    this.#dialogue.add(this.#since - this.#began, "C", line);
  }

  asking(session: Session, hook: HookName): void {
    if (observingHooks.includes(hook)) return;
    this.#session = session;
    this.#asking = hook;
    this.#before = this.#state;
    this.#enter("plugins");
  }

  asked(_session: Session, hook: HookName): void {
    if (!observingHooks.includes(hook)) this.#enter(this.#before);
  }

  found(_session: Session, hook: HookName, found: Found): void {
    const { kind, plugin, why = "", failure } = found;
    if (kind === "skipped" || this.#over) return;
    const at = this.#around.now() - this.#began;
    const kept = this.#findings ??= [];
    // Nearly all are short, and kept as they are: they are put into words when somebody asks.
    kept.push({ at, hook, found: why.length > 512 ? { ...found, why: bounded(why) } : found });
    const most = this.#around.room.looked ? looked : alone;
    if (kept.length > most) kept.splice(0, kept.length - most);
    if (kind === "passes") return;
    this.#dialogue.add(
      at,
      "P",
      bounded([`${hook} ${plugin} ${failure ?? kind}`, ...why === "" ? [] : [why]].join(": ")),
    );
  }

  told(_before: Session, after: Session, replies: readonly Reply[]): void {
    this.#session = after;
    this.#enter(replies[0]?.code === 354 ? "content" : "command");
    for (const reply of replies) this.#dialogue.add(this.#since - this.#began, "S", reply);
  }

  delivering(): void {
    this.#enter("delivery");
  }

  delivered(): void {
    this.#enter("server");
  }

  ended(_session: Session, ending: string): void {
    if (ending === "accepted") this.#messages++;
  }

  left(): void {
    this.#over = true;
    this.#dialogue.close();
    this.#around.left();
  }

  /** With its dialogue and findings. */
  view(pid: number): LiveSession {
    return {
      ...this.summary(pid),
      dialogue: this.#dialogue.lines,
      omitted: this.#dialogue.omitted,
      findings: (this.#findings ?? []).map(viewOf),
    };
  }

  summary(pid: number): SessionSummary {
    const { id, client, server, hello, tls, user, transaction, commands, transactions, refusals } = this.#session;
    const asking = this.#state === "plugins" && this.#asking !== undefined ? { asking: this.#asking } : {};
    return {
      id,
      pid,
      client: client.address,
      port: server.port,
      began: this.#began,
      state: this.#state,
      since: this.#since,
      ...asking,
      ...(hello && { hello: bounded(hello.name) }),
      ...(tls && { tls: `${tls.protocol} ${tls.cipher}` }),
      ...(user === undefined ? {} : { user: bounded(user) }),
      ...(transaction && shownEnvelope(transaction)),
      commands,
      transactions,
      messages: this.#messages,
      refusals,
    };
  }

  #enter(state: LiveState): void {
    this.#state = state;
    this.#since = this.#around.now();
  }
}

function viewOf({ at, hook, found: { plugin, kind, about, why, micros, failure, score, marks } }: Kept): LiveFinding {
  return {
    at,
    hook,
    plugin,
    found: kind,
    ...(about === undefined ? {} : { about: bounded(about) }),
    ...(why === undefined ? {} : { why }),
    ...(micros === undefined ? {} : { micros }),
    ...(failure === undefined ? {} : { failure }),
    ...(score === undefined ? {} : { score }),
    ...(marks === undefined ? {} : { marks: bounded(marks) }),
  };
}
