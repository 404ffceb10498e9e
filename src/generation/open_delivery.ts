// From the configuration to the delivery backend it names.

import type { Config } from "../config/config.ts";
import type { DeliveryOpened } from "../delivery/delivery.ts";
import { openDiscard } from "../delivery/discard.ts";
import { openMaildir } from "../delivery/maildir.ts";
import { openNextHop } from "../delivery/open_next_hop.ts";
import type { Log } from "../log/log.ts";

/** Opens it: creates folders, but connects to nobody yet. */
export async function openDelivery({ delivery }: Config, log: Log): Promise<DeliveryOpened> {
  switch (delivery.backend) {
    case "discard":
      return { kind: "delivery", delivery: openDiscard() };
    case "maildir":
      return await openMaildir({ path: delivery.path });
    case "smtp":
      return await openNextHop(delivery, log);
  }
}
