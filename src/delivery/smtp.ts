// Forwards every message to one next server by SMTP and answers what that server answers. Nothing is kept here.

import type { Delivered, Delivery, OutgoingMessage } from "./delivery.ts";
import type { SmtpOptions } from "./hop_greeting.ts";
import { HopPool } from "./hop_pool.ts";
import { unreachable } from "./hop_replies.ts";
import { handOver } from "./hop_transaction.ts";

export function openSmtp(options: SmtpOptions): Delivery {
  return new SmtpForward(options);
}

class SmtpForward implements Delivery {
  readonly description: string;
  readonly #options: SmtpOptions;
  readonly #pool: HopPool;

  constructor(options: SmtpOptions) {
    this.description = `smtp ${options.host.includes(":") ? `[${options.host}]` : options.host}:${options.port}`;
    this.#options = options;
    this.#pool = new HopPool(options);
  }

  async deliver(message: OutgoingMessage): Promise<Delivered> {
    const { command } = this.#options.timeouts;
    if (!await this.#pool.enter(command)) return unreachable(`no connection came free within ${command} ms`);
    try {
      return await this.#deliverInTurn(message);
    } catch (error) {
      return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
    } finally {
      this.#pool.leave();
    }
  }

  close(): Promise<void> {
    this.#pool.close();
    return Promise.resolve();
  }

  async #deliverInTurn(message: OutgoingMessage): Promise<Delivered> {
    const { timeouts } = this.#options;
    const kept = this.#pool.takeIdle();
    if (kept !== undefined) {
      const handed = await handOver(kept, message, timeouts);
      this.#pool.keep(kept);
      if (handed.kind === "answered") return handed.delivered;
      // The server ended the waiting session just now, which says nothing about this message: once more, afresh.
    }
    const fresh = await this.#pool.open();
    if (fresh.kind === "lost") return unreachable(fresh.reason);
    const { delivered } = await handOver(fresh, message, timeouts);
    this.#pool.keep(fresh);
    return delivered;
  }
}
