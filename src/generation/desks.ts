// The desks of one generation: one for each listener, made when its first client comes.

import type { Listener } from "../config/protocol.ts";
import type { Desk } from "../connection/desk.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { AddressTurns } from "../limits/address_turns.ts";
import type { Log } from "../log/log.ts";
import { systemLoad } from "../platform/system_load.ts";
import type { Decoy } from "../sasl/decoy.ts";
import type { Journal } from "../receipts/journal.ts";
import type { Spool } from "../spool/spool.ts";
import type { Upgrade } from "../tls/acceptor.ts";
import type { Generation } from "./generation.ts";
import { offerOf } from "./offers.ts";

/** Milliseconds a client may leave our replies unread. */
const writeWithin = 60_000;

export interface DeskParts {
  readonly delivery: Delivery;
  readonly spool: Spool;
  readonly log: Log;
  readonly decoy: Decoy;
  /** Takes what was decided. */
  readonly journal: Pick<Journal, "put">;
  readonly upgrade?: Upgrade;
}

/** The same desk for the same listener. */
export function desksOf(generation: Generation, parts: DeskParts): (listener: Listener) => Desk {
  const desks = new Map<Listener, Desk>();
  const authTurns = new AddressTurns();
  return (listener) => {
    const desk = desks.get(listener) ?? deskOf(generation, listener, { ...parts, authTurns });
    desks.set(listener, desk);
    return desk;
  };
}

function deskOf(
  generation: Generation,
  listener: Listener,
  { delivery, spool, log, decoy, authTurns, upgrade, journal }: DeskParts & Pick<Desk, "authTurns">,
): Desk {
  const { config: { limits, timeouts, auth, receipts }, chains } = generation;
  return {
    offer: offerOf(generation, listener),
    chains,
    spool,
    deliver: (message) => delivery.deliver(message),
    log,
    decoy,
    authTurns,
    terms: generation.config.policy,
    receipts: { ...receipts, put: (line) => journal.put(line) },
    load: systemLoad,
    bounds: { headerSize: limits.headerSize, headerFields: limits.headerFields, slowest: limits.slowest },
    timeouts: { ...timeouts, write: writeWithin, failedAuth: auth.delay },
    ...(upgrade === undefined ? {} : { upgrade }),
  };
}
