// Refuses reverse-paths whose domain stands in DNS block lists (RFC 5782), each list with its weight.

import { definePlugin, pass } from "#sdk";
import type { Answer, Plugin } from "#sdk";
import { asciiDomain } from "../shared/ascii_domain.ts";
import { judgeByLists, type ListPolicy, readListPolicy } from "../shared/judge_by_lists.ts";

// RFC 5782 §5
const control = "invalid";

const plugin: Plugin<ListPolicy> = definePlugin({
  configure(given): ListPolicy {
    const policy = readListPolicy(given, "rhsbl_zones");
    if (policy.lists.length === 0) given.unused("mail");
    return policy;
  },

  mail({ reversePath, time }, policy, host): Answer {
    // Lists of domains want no addresses: several answer that question with an error that looks like a listing.
    if (reversePath === null || reversePath.domain.startsWith("[")) return pass();
    const domain = asciiDomain(reversePath.domain);
    if (domain === undefined) return pass();
    return judgeByLists(host, policy, { name: domain, control, time, shown: domain, placeholder: "%DOMAIN%" });
  },
});

export default plugin;
