// Checks that the name of a client's address leads back to that address: forward-confirmed reverse DNS (RFC 8601 §2.7.3).

import { defer, definePlugin, pass, reject } from "#sdk";
import type { Answer, AuthenticationResult, Plugin } from "#sdk";
import { confirm } from "./confirm.ts";

interface Setup {
  readonly refuse: boolean;
  readonly deferUnanswered: boolean;
  readonly timeout: number;
}

const plugin: Plugin<Setup> = definePlugin({
  configure({ settings }): Setup {
    const { refuse, defer_unanswered: deferUnanswered, timeout } = settings;
    return { refuse: refuse === true, deferUnanswered: deferUnanswered === true, timeout: Number(timeout) };
  },

  connect({ session }, { refuse, deferUnanswered, timeout }, host): Answer {
    const { address } = session.client;
    const { result, iprev, why, score, name } = confirm(host, address, session.clientName, timeout);
    host.log("debug", `iprev=${result}: ${why}`);
    const found = {
      ...(score === 0 ? {} : { score }),
      ...(name === undefined ? {} : { notes: { session: { name } } }),
      ...(iprev === undefined ? {} : { results: [resultOf(iprev, address, why)] }),
    };
    // RFC 7372 §3.3
    if (result === "temperror" && deferUnanswered) return { ...defer(why, { status: "4.7.25" }), ...found };
    if (result === "fail" && refuse) return { ...reject(why, { status: "5.7.25" }), ...found };
    return { ...pass(), ...found };
  },
});

/** A name that leads back needs no reason. */
function resultOf(iprev: string, address: string, why: string): AuthenticationResult {
  const properties = { "policy.iprev": address };
  return { method: "iprev", result: iprev, ...(iprev === "pass" ? {} : { reason: why.slice(0, 255) }), properties };
}

export default plugin;
