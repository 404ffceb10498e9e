// Takes every message and throws it away: for tests and benchmarks.

import { type Delivered, type Delivery, type OutgoingMessage, resultForAll } from "./delivery.ts";

export interface Discard extends Delivery {
  /** Messages taken so far, and their octets. */
  readonly messages: number;
  readonly octets: number;
}

export function openDiscard(): Discard {
  return new CountingDiscard();
}

class CountingDiscard implements Discard {
  readonly description = "discard";
  #messages = 0;
  #octets = 0;

  get messages(): number {
    return this.#messages;
  }

  get octets(): number {
    return this.#octets;
  }

  deliver(message: OutgoingMessage): Promise<Delivered> {
    this.#messages++;
    this.#octets += message.size;
    return Promise.resolve(resultForAll(message, { kind: "taken" }));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
