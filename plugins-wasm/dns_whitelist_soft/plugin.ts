// Marks clients as allowed whose address stands in a DNS allow list (RFC 5782): others are then less strict with them.

import { definePlugin, pass } from "#sdk";
import type { Answer, Plugin } from "#sdk";
import { askLists } from "../shared/ask_lists.ts";
import { type DnsList, readDnsLists } from "../shared/dns_list.ts";
import { addressOctets } from "../shared/networks.ts";
import { controlFor, reversedName } from "../shared/reversed_name.ts";

interface Setup {
  readonly lists: readonly DnsList[];
  readonly timeout: number;
}

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const lists = readDnsLists(given, "whitelist_zones");
    if (lists.length === 0) given.unused("connect");
    return { lists, timeout: Number(given.settings["timeout"]) };
  },

  connect({ session, time }, { lists, timeout }, host): Answer {
    const { address } = session.client;
    const octets = addressOctets(address);
    if (octets === undefined) return pass();
    const question = { name: reversedName(octets), control: controlFor(octets), time, timeout };
    const listed = askLists(host, lists, question).find(({ said }) => said === "listed");
    if (listed === undefined) return pass();
    host.log("info", `${address} is listed by ${listed.list.zone}`);
    return { ...pass(), marks: ["allowed"] };
  },
});

export default plugin;
