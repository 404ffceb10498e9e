// Bounds how often a client, a sender, a recipient or a user comes: a token bucket for each, shared by all sessions.

import { defer, definePlugin, formatMailbox, pass } from "#sdk";
import type { Answer, Asked, Given, Host, Mailbox, Plugin } from "#sdk";
import { clientNetwork, networkOf } from "../shared/client_network.ts";
import { changeEntry, unlessStoreFails } from "../shared/remembered.ts";
import { keyPart } from "../shared/store_key.ts";
import { take } from "./bucket.ts";
import { type Key, type Limit, parseLimit, type Place } from "./limit.ts";

interface Setup {
  readonly limits: { readonly [P in Place]: readonly Limit[] };
  readonly prefixes: { readonly ipv4: number; readonly ipv6: number };
}

/** Who is counted, where it is known. */
interface Counted {
  readonly session: Asked["session"];
  readonly reversePath?: Mailbox | null;
  readonly forwardPath?: Mailbox;
}

/** Each costs requests to the store. */
const mostLimits = 10;

/** Requests of one call: the host allows 100. */
const mostRequests = 90;

const places: readonly Place[] = ["connect", "mail", "rcpt"];
const whats: { readonly [P in Place]: string } = { connect: "connections", mail: "messages", rcpt: "recipients" };
const whose: { readonly [K in Key]: string } = {
  address: "from your address",
  network: "from your network",
  sender: "from this sender",
  recipient: "for this recipient",
  user: "from your account",
};

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const limits = readLimits(given);
    const at = (place: Place): readonly Limit[] => limits.filter((limit) => limit.at === place);
    given.unused(...places.filter((place) => at(place).length === 0));
    const [ipv4, ipv6] = [Number(given.settings["network_prefix_v4"]), Number(given.settings["network_prefix_v6"])];
    return { limits: { connect: at("connect"), mail: at("mail"), rcpt: at("rcpt") }, prefixes: { ipv4, ipv6 } };
  },

  connect({ time, session }, setup, host): Answer {
    return count("connect", time, { session }, setup, host);
  },

  mail({ time, session, reversePath }, setup, host): Answer {
    return count("mail", time, { session, reversePath }, setup, host);
  },

  rcpt({ time, session, transaction: { reversePath }, forwardPath }, setup, host): Answer {
    return count("rcpt", time, { session, reversePath, forwardPath }, setup, host);
  },
});

export default plugin;

function readLimits(given: Given): readonly Limit[] {
  const texts = given.settings["limits"] as readonly string[];
  if (texts.length > mostLimits) given.problem("settings.limits", `are ${texts.length}, more than ${mostLimits}`);
  const limits: Limit[] = [];
  for (const [index, text] of texts.entries()) {
    const parsed = parseLimit(text);
    if (parsed.kind === "problem") given.problem(`settings.limits[${index}]`, parsed.message);
    else if (limits.some((limit) => isSame(limit, parsed.limit))) {
      given.problem(`settings.limits[${index}]`, "counts the same as one before it: leave one out");
    } else limits.push(parsed.limit);
  }
  return limits;
}

/** Two of them would take from the same bucket. */
function isSame(a: Limit, b: Limit): boolean {
  return a.key === b.key && a.at === b.at && a.rate === b.rate;
}

function count(at: Place, time: number, counted: Counted, setup: Setup, host: Host): Answer {
  return unlessStoreFails(host, pass(), () => {
    const limits = setup.limits[at];
    const attempts = Math.floor(mostRequests / limits.length) - 1;
    for (const limit of limits) {
      const name = nameOf(counted, limit.key, setup);
      if (name === undefined) continue;
      const key = `${limit.at} ${limit.key} ${limit.rate} ${name}`;
      const { kind, ending } = changeEntry(host, key, attempts, (entry) => take(time, entry, limit));
      // Whoever comes from so many sides at once that he cannot be counted may not be let in for that.
      if (ending === "taken" && kind === "changed") continue;
      return refusal(at, limit.key);
    }
    return pass();
  });
}

/** Undefined if there is nobody to count: `<>` is everybody's. */
function nameOf({ session, reversePath, forwardPath }: Counted, key: Key, { prefixes }: Setup): string | undefined {
  const { client, user } = session;
  switch (key) {
    case "address":
      return clientNetwork(client.address) ?? keyPart(client.address);
    case "network":
      return networkOf(client.address, prefixes.ipv4, prefixes.ipv6) ?? keyPart(client.address);
    case "sender":
      return reversePath ? keyPart(formatMailbox(reversePath)) : undefined;
    case "recipient":
      return forwardPath && keyPart(formatMailbox(forwardPath));
    case "user":
      return user === undefined ? undefined : keyPart(user.toLowerCase());
  }
}

/** With the usual code of the hook: 421 for who is not let in at all, otherwise 450. */
function refusal(at: Place, key: Key): Answer {
  return defer(`Too many ${whats[at]} ${whose[key]}, try again later`, { status: "4.7.1" });
}
