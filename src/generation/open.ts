// From a loaded generation to one that sessions are served by: its delivery backend is open, its desk is laid.

import type { Config } from "../config/config.ts";
import type { Listener } from "../config/protocol.ts";
import type { Manners } from "../connection/arrive.ts";
import type { Desk } from "../connection/desk.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { desksOf } from "./desks.ts";
import type { Generation } from "./generation.ts";
import type { Means } from "./load_entry.ts";
import { mannersOf } from "./manners.ts";
import { openDelivery } from "./open_delivery.ts";
import { openTls } from "./open_tls.ts";
import type { Hold, SharedParts } from "./shared_parts.ts";
import type { Journal } from "../receipts/journal.ts";
import type { Decoy } from "../sasl/decoy.ts";
import type { Spool } from "../spool/spool.ts";

/** A generation in use. */
export interface OpenGeneration extends Generation {
  readonly delivery: Delivery;
  readonly deskFor: (listener: Listener) => Desk;
  readonly mannersFor: (listener: Listener) => Manners;
}

/** What all generations of one server share. */
export interface Common extends Means {
  readonly spool: Spool;
  readonly decoy: Decoy;
  /** Takes what was decided. */
  readonly journal: Pick<Journal, "put">;
  /** Backends in use: one whose configuration did not change keeps its connections. */
  readonly deliveries: SharedParts<Delivery>;
}

/** `problems` are whole lines for the operator. */
export type Opened =
  | { readonly kind: "opened"; readonly open: OpenGeneration }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

/** The generation becomes part of what is opened: it is closed with it, or at once if there is a problem. */
export async function openGeneration(generation: Generation, common: Common): Promise<Opened> {
  const { config } = generation;
  const opened = await holdDelivery(config, common);
  if (opened.kind === "failed") {
    await generation.close();
    return { kind: "problems", problems: [`${config.file}: delivery: ${opened.message}`] };
  }
  const delivery = opened.hold.part;
  const close = async (): Promise<void> => {
    await Promise.all([generation.close(), opened.hold.release()]);
  };
  const tls = await openTls(config, generation.tls, common.log);
  if (tls.kind === "problems") {
    await close();
    return { kind: "problems", problems: tls.problems.map((problem) => `${config.file}: ${problem}`) };
  }
  const { upgrade } = tls;
  const encryption = upgrade === undefined ? {} : { upgrade };
  const deskFor = desksOf(generation, { ...common, delivery, ...encryption });
  const mannersFor = mannersOf(config, upgrade);
  return { kind: "opened", open: { ...generation, delivery, deskFor, mannersFor, close } };
}

type Held =
  | { readonly kind: "held"; readonly hold: Hold<Delivery> }
  | { readonly kind: "failed"; readonly message: string };

async function holdDelivery(config: Config, { deliveries, log }: Common): Promise<Held> {
  const key = JSON.stringify(config.delivery);
  const held = deliveries.take(key);
  if (held !== undefined) return { kind: "held", hold: held };
  const opened = await openDelivery(config, log);
  return opened.kind === "failed" ? opened : { kind: "held", hold: deliveries.add(key, opened.delivery) };
}
