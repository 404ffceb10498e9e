// Gives clients in listed networks the mark `relay`, and if the operator wants it closes the server to all others.

import { definePlugin, pass, reject } from "#sdk";
import type { Answer, Plugin } from "#sdk";
import { findNetwork, readNetworks } from "../shared/networks.ts";
import type { NetworkList } from "../shared/networks.ts";

interface Setup {
  /** These never relay, whatever the others say. */
  readonly excepted: NetworkList;
  readonly relaying: readonly NetworkList[];
}

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const excepted = readNetworks(given, "norelayclients");
    const relaying = ["relayclients", "morerelayclients"].map((name) => readNetworks(given, name));
    if (relaying.every(({ lines }) => lines.size === 0)) given.unused("connect");
    if (given.settings["only"] !== true) given.unused("rcpt");
    return { excepted, relaying };
  },

  connect(event, { excepted, relaying }): Answer {
    const { address } = event.session.client;
    if (findNetwork(excepted, address) !== undefined) return pass();
    const isListed = relaying.some((networks) => findNetwork(networks, address) !== undefined);
    return isListed ? { ...pass(), marks: ["relay"] } : pass();
  },

  rcpt(event): Answer {
    const mayRelay = event.session.marks?.some((mark) => mark === "relay" || mark === "authenticated") === true;
    // To whom they may send is for rcpt_ok and those before it: nobody's word but a refusal ends the chain here.
    return mayRelay ? pass() : reject("Relaying denied: mail is taken from known clients only", { status: "5.7.1" });
  },
});

export default plugin;
