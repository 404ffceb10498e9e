// Marks listed clients as allowed, or their mail for listed recipients. What anybody can write counts only with a proof.

import { definePlugin, pass } from "#sdk";
import type { Answer, HelloEvent, Host, Plugin } from "#sdk";
import { findNetwork, readNetworks } from "../shared/networks.ts";
import type { NetworkList } from "../shared/networks.ts";
import { namesMailbox, readHelloNames, readMailboxes } from "./names.ts";
import type { Names } from "./names.ts";
import { hasName, ownsReversePath } from "./proof.ts";

interface Setup {
  readonly hosts: NetworkList;
  readonly hellos: Names;
  readonly senders: Names;
  readonly recipients: Names;
}

/** Never `accept`: that would keep the plugins behind this one from being asked, those that refuse as well. */
const allowed: Answer = { ...pass(), marks: ["allowed"] };

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const [hosts, hellos, senders, recipients] = [
      readNetworks(given, "whitelisthosts"),
      readHelloNames(given),
      readMailboxes(given, "whitelistsenders"),
      readMailboxes(given, "whitelistrcpt"),
    ];
    if (hosts.lines.size === 0) given.unused("connect");
    if (hellos.size === 0) given.unused("helo", "ehlo");
    if (senders.size === 0) given.unused("mail");
    if (recipients.size === 0) given.unused("rcpt");
    return { hosts, hellos, senders, recipients };
  },

  connect(event, { hosts }): Answer {
    const isListed = findNetwork(hosts, event.session.client.address) !== undefined;
    return isListed ? { ...allowed, score: 5 } : pass();
  },

  helo: judgeHello,
  ehlo: judgeHello,

  mail({ session, reversePath }, { senders }): Answer {
    if (reversePath === null || !namesMailbox(senders, reversePath)) return pass();
    // It is proved for this reverse-path, and not for those of later messages.
    return ownsReversePath(session, reversePath) ? { ...allowed, marksFor: "transaction" } : pass();
  },

  rcpt({ forwardPath }, { recipients }): Answer {
    // Of this recipient alone: one RCPT to a listed address must not open the way to all others.
    return namesMailbox(recipients, forwardPath) ? { ...allowed, marksFor: "recipient" } : pass();
  },
});

export default plugin;

function judgeHello({ session, name }: HelloEvent, { hellos }: Setup, host: Host): Answer {
  if (!hellos.has(name.slice(0, 256).toLowerCase())) return pass();
  return hasName(session.client, name.toLowerCase(), host.dns) ? allowed : pass();
}
