// What each listener wants of a client before the greeting, in one generation.

import type { Config } from "../config/config.ts";
import type { Listener } from "../config/protocol.ts";
import type { Manners } from "../connection/arrive.ts";
import type { Upgrade } from "../tls/acceptor.ts";
import { trusting } from "./trust.ts";

export function mannersOf(config: Config, upgrade: Upgrade | undefined): (listener: Listener) => Manners {
  const trusts = trusting(config);
  const { proxy, tls } = config.timeouts;
  return (listener) => ({
    ...trusts,
    proxy: listener.proxy,
    implicitTls: listener.tls === "implicit",
    timeouts: { proxy, tls },
    ...(upgrade === undefined ? {} : { upgrade }),
  });
}
