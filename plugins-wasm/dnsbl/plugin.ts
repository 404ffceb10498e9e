// Refuses clients whose address stands in DNS block lists (RFC 5782), each list with its weight.

import { definePlugin, pass } from "#sdk";
import type { Answer, Plugin } from "#sdk";
import { judgeByLists, type ListPolicy, readListPolicy } from "../shared/judge_by_lists.ts";
import { addressOctets, findNetwork, type NetworkList, readNetworks } from "../shared/networks.ts";
import { controlFor, reversedName } from "../shared/reversed_name.ts";

interface Setup extends ListPolicy {
  readonly allowed: NetworkList;
}

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const policy = readListPolicy(given, "dnsbl_zones");
    if (policy.lists.length === 0) given.unused("connect");
    return { ...policy, allowed: readNetworks(given, "dnsbl_allow") };
  },

  connect({ session, time }, setup, host): Answer {
    const { address } = session.client;
    const octets = addressOctets(address);
    // A client by a Unix socket has no address.
    if (octets === undefined || findNetwork(setup.allowed, address) !== undefined) return pass();
    const name = reversedName(octets);
    return judgeByLists(host, setup, { name, control: controlFor(octets), time, shown: address, placeholder: "%IP%" });
  },
});

export default plugin;
