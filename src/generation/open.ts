// From a loaded generation to one that sessions are served by: its delivery backend is open, its desk is laid.

import { version } from "../cli/version.ts";
import type { Config } from "../config/config.ts";
import type { Desk } from "../connection/desk.ts";
import type { Delivery } from "../delivery/delivery.ts";
import type { Generation, Means } from "./load.ts";
import { openDelivery } from "./open_delivery.ts";
import type { Hold, SharedParts } from "./shared_parts.ts";
import type { Spool } from "../spool/spool.ts";

/** A generation in use. */
export interface OpenGeneration extends Generation {
  readonly delivery: Delivery;
  readonly desk: Desk;
}

/** What all generations of one server share. */
export interface Common extends Means {
  readonly spool: Spool;
  /** Backends in use: one whose configuration did not change keeps its connections. */
  readonly deliveries: SharedParts<Delivery>;
}

/** `problems` are whole lines for the operator. */
export type Opened =
  | { readonly kind: "opened"; readonly open: OpenGeneration }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

/** Milliseconds a client may leave our replies unread. */
const writeWithin = 60_000;

/** The generation becomes part of what is opened: it is closed with it, or at once if there is a problem. */
export async function openGeneration(generation: Generation, common: Common): Promise<Opened> {
  const { config } = generation;
  const opened = await holdDelivery(config, common.deliveries);
  if (opened.kind === "failed") {
    await generation.close();
    return { kind: "problems", problems: [`${config.file}: delivery: ${opened.message}`] };
  }
  const delivery = opened.hold.part;
  const close = async (): Promise<void> => {
    await Promise.all([generation.close(), opened.hold.release()]);
  };
  return { kind: "opened", open: { ...generation, delivery, desk: deskOf(generation, delivery, common), close } };
}

type Held =
  | { readonly kind: "held"; readonly hold: Hold<Delivery> }
  | { readonly kind: "failed"; readonly message: string };

async function holdDelivery(config: Config, deliveries: SharedParts<Delivery>): Promise<Held> {
  const key = JSON.stringify(config.delivery);
  const held = deliveries.take(key);
  if (held !== undefined) return { kind: "held", hold: held };
  const opened = await openDelivery(config);
  return opened.kind === "failed" ? opened : { kind: "held", hold: deliveries.add(key, opened.delivery) };
}

function deskOf({ config, chains }: Generation, delivery: Delivery, { log, spool }: Common): Desk {
  return {
    offer: {
      hostname: config.hostname,
      software: `qpsmtpd/${version()}`,
      maxMessageSize: config.limits.messageSize,
      maxRecipients: config.limits.recipients,
      maxRefusals: config.limits.refusals,
    },
    chains,
    spool,
    deliver: (message) => delivery.deliver(message),
    log,
    maxHeaderSize: config.limits.headerSize,
    timeouts: { command: config.timeouts.command, data: config.timeouts.data, write: writeWithin },
  };
}
