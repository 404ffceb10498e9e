// Checks that the name of a client's address leads back to that address: forward-confirmed reverse DNS (RFC 8601 §2.7.3).

import { defer, definePlugin, pass, reject } from "#sdk";
import type { Answer, Plugin } from "#sdk";
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
    const { result, why, score } = confirm(host, session.client.address, session.clientName, timeout);
    host.log("debug", `iprev=${result}: ${why}`);
    const scored = score === 0 ? {} : { score };
    // RFC 7372 §3.3
    if (result === "temperror" && deferUnanswered) return { ...defer(why, { status: "4.7.25" }), ...scored };
    if (result === "fail" && refuse) return { ...reject(why, { status: "5.7.25" }), ...scored };
    return { ...pass(), ...scored };
  },
});

export default plugin;
