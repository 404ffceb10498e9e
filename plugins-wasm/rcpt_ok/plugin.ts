// Says yes to forward-paths in our own domains, yes to clients that may send to anyone, and no to all others: the last
// plugin of the `rcpt` chain.

import { accept, definePlugin, reject } from "#sdk";
import type { Answer, Plugin } from "#sdk";
import { type Domains, isAmong, readDomains } from "../shared/domains.ts";

const plugin: Plugin<Domains> = definePlugin({
  configure(given): Domains {
    return new Set([
      given.serverName.toLowerCase(),
      ...readDomains(given, "lists.rcpthosts", given.lists["rcpthosts"] ?? []),
    ]);
  },

  rcpt(event, ours): Answer {
    // Who is allowed not to be checked may not therefore relay: the mark `allowed` counts for nothing here.
    if (event.session.user !== undefined || event.session.marks?.includes("relay") === true) return accept();
    const domain = event.forwardPath.domain.toLowerCase();
    // Only `<postmaster>` comes without a domain, and it is always ours (RFC 5321 §4.5.1).
    if (domain === "" || isAmong(domain, ours)) return accept();
    return reject("Relaying denied", { status: "5.7.1" });
  },
});

export default plugin;
