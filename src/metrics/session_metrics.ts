// Counts what sessions tell: who comes, what is said, what plugins find, what becomes of messages.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Reply } from "../smtp/reply.ts";
import type { Session } from "../smtp/session.ts";
import type { Found, SessionWatch, TurnedAway, Watch } from "../watch/watch.ts";
import { counter, gauge, histogram } from "./family.ts";
import type { MetricFamily } from "./snapshot.ts";
import { Counts, Durations } from "./tally.ts";

/** Bounds in seconds. A plugin answers in fractions of a millisecond or waits for others; a message waits for a disk. */
const callBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1, 5, 30];
const messageBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

const verbs: ReadonlySet<string> = new Set(
  "EHLO HELO LHLO MAIL RCPT DATA BDAT AUTH STARTTLS RSET QUIT NOOP HELP VRFY XCLIENT XFORWARD".split(" "),
);

/** One object for all sessions: none of them costs memory of its own. */
export class SessionMetrics implements Watch, SessionWatch {
  readonly #turnedAway = new Counts("reason");
  readonly #commands = new Counts("command");
  readonly #replies = new Counts("code");
  readonly #findings = new Counts("plugin", "hook", "finding");
  readonly #hooks = new Durations(callBounds, "hook");
  readonly #plugins = new Durations(callBounds, "plugin");
  readonly #messages = new Counts("ending");
  readonly #messageTimes = new Durations(messageBounds);
  readonly #deliveries = new Counts("result");
  readonly #deliveryTimes = new Durations(messageBounds);
  #began = 0;
  #left = 0;
  #encrypted = 0;
  #transactions = 0;
  #octets = 0;

  begin({ tls }: Session): SessionWatch {
    this.#began++;
    if (tls !== undefined) this.#encrypted++;
    return this;
  }

  turnedAway(_client: string, why: TurnedAway): void {
    this.#turnedAway.add(1, why);
  }

  heard(line: string): void {
    // A line that is not shown is no command.
    if (line.startsWith("(")) return;
    const space = line.indexOf(" ");
    const verb = (space < 0 ? line : line.slice(0, space)).toUpperCase();
    this.#commands.add(1, verbs.has(verb) ? verb : "other");
  }

  asking(): void {}

  asked(_session: Session, hook: HookName, milliseconds: number): void {
    this.#hooks.observe(milliseconds / 1000, hook);
  }

  found(_session: Session, hook: HookName, { plugin, kind, micros }: Found): void {
    this.#findings.add(1, plugin, hook, kind);
    if (micros !== undefined) this.#plugins.observe(micros / 1e6, plugin);
  }

  told(before: Session, after: Session, replies: readonly Reply[]): void {
    for (const { code } of replies) this.#replies.add(1, String(code));
    // XCLIENT begins anew.
    if (after.transactions > before.transactions) this.#transactions++;
    if (after.tls !== undefined && before.tls === undefined) this.#encrypted++;
  }

  delivering(): void {}

  delivered(_session: Session, results: readonly string[], milliseconds: number): void {
    for (const result of results) this.#deliveries.add(1, result);
    this.#deliveryTimes.observe(milliseconds / 1000);
  }

  ended(_session: Session, ending: string, size: number, milliseconds: number): void {
    this.#messages.add(1, ending);
    this.#octets += size;
    this.#messageTimes.observe(milliseconds / 1000);
  }

  left(): void {
    this.#left++;
  }

  get families(): readonly MetricFamily[] {
    return [
      gauge("qpsmtpd_sessions", "Sessions under way.", "sum", this.#began - this.#left),
      counter("qpsmtpd_sessions_total", "Sessions that began.", this.#began),
      counter("qpsmtpd_encrypted_sessions_total", "Sessions that began with TLS, or changed to it.", this.#encrypted),
      counter("qpsmtpd_turned_away_total", "Clients that were sent away.", this.#turnedAway.samples),
      counter("qpsmtpd_commands_total", "Commands from clients.", this.#commands.samples),
      counter("qpsmtpd_replies_total", "Replies to clients.", this.#replies.samples),
      counter("qpsmtpd_transactions_total", "Transactions that began.", this.#transactions),
      counter("qpsmtpd_messages_total", "Messages by what became of them.", this.#messages.samples),
      counter("qpsmtpd_message_bytes_total", "Octets of messages that came.", this.#octets),
      histogram("qpsmtpd_message_seconds", "From the last octet to the reply.", this.#messageTimes.samples),
      counter("qpsmtpd_deliveries_total", "What the backend said.", this.#deliveries.samples),
      histogram("qpsmtpd_delivery_seconds", "Time with the delivery backend.", this.#deliveryTimes.samples),
      histogram("qpsmtpd_hook_seconds", "All plugins of one hook together.", this.#hooks.samples),
      histogram("qpsmtpd_plugin_seconds", "One call of a plugin, waiting included.", this.#plugins.samples),
      counter("qpsmtpd_findings_total", "What plugins found, under their policy.", this.#findings.samples),
    ];
  }
}
