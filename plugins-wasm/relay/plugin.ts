// Gives clients in listed networks the mark `relay`, and if the operator wants it closes the server to all others.

import { definePlugin, pass, reject } from "#sdk";
import type { Answer, Plugin } from "#sdk";
import { findNetwork, readNetworks } from "../shared/networks.ts";
import type { Network, NetworkList } from "../shared/networks.ts";

interface Setup {
  /** These never relay, whatever the others say. */
  readonly excepted: NetworkList;
  readonly relaying: readonly NetworkList[];
}

/** Nobody has so many addresses of his own, but for those that lead nowhere (RFC 4193, RFC 4291 §2.5.6). */
function whyTooWide({ octets: [first = 0, second = 0, ...rest], length }: Network): string | undefined {
  const isIpv4 = rest.length === 2;
  const isLocal = (first & 0xfe) === 0xfc && length >= 7 || first === 0xfe && (second & 0xc0) === 0x80 && length >= 10;
  if (isIpv4 ? length >= 8 : length >= 16 || isLocal) return undefined;
  return "is so wide that strangers may send to anyone through this server: name a smaller network; " +
    "if an open relay is wanted, settings = { wide = true }";
}

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const excepted = readNetworks(given, "norelayclients");
    const whyNot = given.settings["wide"] === true ? () => undefined : whyTooWide;
    const relaying = ["relayclients", "morerelayclients"].map((name) => readNetworks(given, name, whyNot));
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
