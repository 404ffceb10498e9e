// Forwards every message to one next server by SMTP or LMTP and answers what that server answers. Nothing is kept here.

import { type Delivered, type Delivery, type OutgoingMessage, type Refused, resultForAll } from "./delivery.ts";
import type { Hop, HopOpened } from "./hop_greeting.ts";
import { HopPool } from "./hop_pool.ts";
import { insecure, unreachable } from "./hop_replies.ts";
import { describeHop, type HopChoice, type HopSecrets, type HopSettings, hopSettings } from "./hop_settings.ts";
import { handOver } from "./hop_transaction.ts";
import type { Log } from "../log/log.ts";
import { saysTlsNotRequired } from "./message_header.ts";
import { recipientsToNotify, successNotice } from "./success_notice.ts";

/** Milliseconds for which the client waits for the notification that its message makes; it is sent later too. */
const noticePatience = 5_000;
/** For the next server to close after QUIT. */
const quitTime = 1_000;

/** The files that the choice names are not read: `openNextHop` does that. */
export function openSmtp(choice: HopChoice, secrets?: HopSecrets, log?: Log): Delivery {
  return new SmtpForward(describeHop(choice), hopSettings(choice, secrets, log));
}

class SmtpForward implements Delivery {
  readonly description: string;
  readonly #settings: HopSettings;
  readonly #pool: HopPool;

  constructor(description: string, settings: HopSettings) {
    this.description = description;
    this.#settings = settings;
    this.#pool = new HopPool(settings);
  }

  async deliver(message: OutgoingMessage): Promise<Delivered> {
    const { delivered, offersDsn } = await this.#deliver(message);
    // RFC 3461 §5.2.2 (b): a server without DSN notifies nobody.
    const recipients = offersDsn ? [] : recipientsToNotify(message, delivered);
    if (recipients.length > 0) await this.#notify(message, recipients);
    return delivered;
  }

  close(): Promise<void> {
    this.#pool.close();
    return Promise.resolve();
  }

  async #deliver(message: OutgoingMessage): Promise<Attempt> {
    const { command } = this.#settings.timeouts;
    if (!await this.#pool.enter(command)) {
      return attempt(message, unreachable(`no connection came free within ${command} ms`));
    }
    try {
      return await this.#deliverInTurn(message);
    } catch (error) {
      const failed = { kind: "failed", message: error instanceof Error ? error.message : String(error) } as const;
      return { delivered: resultForAll(message, failed), offersDsn: true };
    } finally {
      this.#pool.leave();
    }
  }

  async #deliverInTurn(message: OutgoingMessage): Promise<Attempt> {
    const kept = this.#takeKept(message);
    if (kept !== undefined) {
      const handed = await handOver(kept, message, this.#settings);
      this.#pool.keep(kept);
      if (handed.stale !== true) return { delivered: handed.delivered, offersDsn: kept.offer.dsn };
      // The server ended the waiting session just now, which says nothing about this message: once more, afresh.
    }
    const opened = await this.#pool.open();
    if (opened.kind === "hop") return this.#handOver(opened, message, true);
    if (opened.kind === "lost") return attempt(message, unreachable(opened.reason));
    if (!this.#mayRelax(message)) return attempt(message, withoutTls(message, opened.reason));
    const relaxed: HopOpened = await this.#pool.openRelaxed();
    return relaxed.kind === "hop"
      ? this.#handOver(relaxed, message, false)
      : attempt(message, unreachable(relaxed.reason));
  }

  /** One without the TLS that the message requires says nothing about what a new one would have. RFC 8689 §4.2.1. */
  #takeKept({ envelope }: OutgoingMessage): Hop | undefined {
    const kept = this.#pool.takeIdle();
    const fits = envelope.parameters["REQUIRETLS"] !== true || kept?.connection.protection === "verified";
    if (fits) return kept;
    kept?.connection.quit(quitTime);
    return undefined;
  }

  async #handOver(hop: Hop, message: OutgoingMessage, keep: boolean): Promise<Attempt> {
    try {
      const { delivered } = await handOver(hop, message, this.#settings);
      return { delivered, offersDsn: hop.offer.dsn };
    } finally {
      if (keep) this.#pool.keep(hop);
      else hop.connection.quit(quitTime);
    }
  }

  /**
   * RFC 8689 §4.2.2, where REQUIRETLS does not say otherwise (§4.1). A field that anybody can write must not make this
   * server show its password to anybody.
   */
  #mayRelax(message: OutgoingMessage): boolean {
    const required = message.envelope.parameters["REQUIRETLS"] === true;
    return this.#settings.login === undefined && !required && saysTlsNotRequired(message);
  }

  async #notify(message: OutgoingMessage, recipients: Parameters<typeof successNotice>[1]): Promise<void> {
    const { protocol, hello: hostname } = this.#settings;
    const action = protocol === "lmtp" ? "delivered" : "relayed";
    const sent = this.#sendNotice(successNotice(message, recipients, { action, hostname, now: Date.now() }));
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, noticePatience);
    await Promise.race([sent, patience.promise]);
    clearTimeout(timer);
  }

  async #sendNotice(notice: OutgoingMessage): Promise<void> {
    const { delivered } = await this.#deliver(notice);
    if (delivered.kind === "taken") return;
    const why = delivered.kind === "refused" ? delivered.reason ?? delivered.text.join(" ") : delivered.kind;
    this.#settings.log("warn", "notification not sent", { transaction: notice.id, why });
  }
}

interface Attempt {
  readonly delivered: Delivered;
  readonly offersDsn: boolean;
}

function attempt(message: OutgoingMessage, refused: Refused): Attempt {
  return { delivered: resultForAll(message, refused), offersDsn: true };
}

/** RFC 8689 §4.2.1: a message that requires TLS is told so for good; others wait until there is TLS again. */
function withoutTls({ envelope }: OutgoingMessage, reason: string): Refused {
  if (envelope.parameters["REQUIRETLS"] !== true || envelope.reversePath === null) return insecure(reason);
  return { ...insecure(reason), code: 550, status: "5.7.10" };
}
