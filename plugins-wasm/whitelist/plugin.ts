// Marks listed clients as allowed. Names and addresses that anybody can write count only with a proof.

import { definePlugin, pass } from "#sdk";
import type { Answer, HelloEvent, Host, Plugin } from "#sdk";
import { findNetwork, readNetworks } from "../shared/networks.ts";
import type { NetworkList } from "../shared/networks.ts";
import { namesSender, readHelloNames, readSenders } from "./names.ts";
import type { Names } from "./names.ts";
import { hasName, ownsReversePath } from "./proof.ts";

interface Setup {
  readonly hosts: NetworkList;
  readonly hellos: Names;
  readonly senders: Names;
}

/** Never `accept`: that would keep the plugins behind this one from being asked, those that refuse as well. */
const allowed: Answer = { ...pass(), marks: ["allowed"] };

const plugin: Plugin<Setup> = definePlugin({
  configure(given, host): Setup {
    const [hosts, hellos, senders] = [
      readNetworks(given, "whitelisthosts"),
      readHelloNames(given),
      readSenders(given),
    ];
    if (hosts.lines.size === 0) given.unused("connect");
    if (hellos.size === 0) given.unused("helo", "ehlo");
    if (senders.size === 0) given.unused("mail");
    if ((given.lists["whitelistrcpt"] ?? []).length > 0) {
      // The mark outlives the recipient: one RCPT to a listed address would open the way to all others.
      host.log("warn", "whitelistrcpt has no effect: whom mail is for says nothing of who sends it");
    }
    return { hosts, hellos, senders };
  },

  connect(event, { hosts }): Answer {
    const isListed = findNetwork(hosts, event.session.client.address) !== undefined;
    return isListed ? { ...allowed, score: 5 } : pass();
  },

  helo: judgeHello,
  ehlo: judgeHello,

  mail({ session, reversePath }, { senders }): Answer {
    if (reversePath === null || !namesSender(senders, reversePath)) return pass();
    return ownsReversePath(session, reversePath) ? allowed : pass();
  },
});

export default plugin;

function judgeHello({ session, name }: HelloEvent, { hellos }: Setup, host: Host): Answer {
  if (!hellos.has(name.slice(0, 256).toLowerCase())) return pass();
  return hasName(session.client, name.toLowerCase(), host.dns) ? allowed : pass();
}
