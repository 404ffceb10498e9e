// By what clients are counted, from the limits of the configuration.

import { clientKey, networkOf } from "../networks/network_of.ts";
import type { CountRules } from "./connection_counts.ts";

/** `[limits]` of the configuration, as far as it is about connections. */
export interface ConfiguredLimits {
  readonly sessions: number;
  readonly connectionsPerAddress: number;
  readonly connectionsPerNetwork: number;
  readonly networkPrefixV4: number;
  readonly networkPrefixV6: number;
}

/** `limits` is asked for every connection: a reload may have changed them. */
export function countRules(limits: () => ConfiguredLimits): CountRules {
  return {
    limits: () => {
      const { sessions, connectionsPerAddress, connectionsPerNetwork } = limits();
      return { all: sessions, address: connectionsPerAddress, network: connectionsPerNetwork };
    },
    keysOf: (address) => {
      const { networkPrefixV4, networkPrefixV6 } = limits();
      const network = networkOf(address, { ipv4: networkPrefixV4, ipv6: networkPrefixV6 });
      return { address: clientKey(address), network };
    },
  };
}
