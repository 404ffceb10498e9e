// Refuses reverse-paths to whose domain no mail could be returned (RFC 5321 §5.1, RFC 7505).

import { defer, definePlugin, pass, reject } from "#sdk";
import type { Answer, Plugin } from "#sdk";
import { asciiDomain } from "../shared/ascii_domain.ts";
import { readNetworks } from "../shared/networks.ts";
import { printable } from "../shared/printable.ts";
import { findMailHost, type Looking, type MailHost } from "./mail_host.ts";

interface Setup extends Looking {
  readonly deferUnanswered: boolean;
}

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const { defer_unanswered: deferUnanswered, timeout } = given.settings;
    return {
      invalid: readNetworks(given, "invalid_resolvable_fromhost"),
      timeout: Number(timeout),
      deferUnanswered: deferUnanswered === true,
    };
  },

  mail({ reversePath }, setup, host): Answer {
    if (reversePath === null) return pass();
    // Nothing to look up; but who has a name does not write so.
    if (reversePath.domain.startsWith("[")) return { ...pass(), score: -1 };
    const domain = asciiDomain(reversePath.domain);
    if (domain === undefined) {
      return { ...reject("FQDN required in the envelope sender", { status: "5.1.8" }), score: -1 };
    }
    const found = findMailHost(host, domain, setup);
    if (found.kind === "unanswered") host.log("warn", `${domain}: ${printable(found.why, 200)}`);
    return answerTo(found, domain, setup.deferUnanswered);
  },
});

export default plugin;

/** The statuses are those of RFC 3463 §3.2, §3.5 and RFC 7505 §4.2. */
function answerTo(found: MailHost, domain: string, deferUnanswered: boolean): Answer {
  switch (found.kind) {
    case "mx":
      return pass();
    case "address":
      return { ...pass(), score: -1 };
    case "nullMx":
      return { ...reject(`The domain ${domain} takes no mail`, { status: "5.7.27" }), score: -1 };
    case "invalidMx":
      return { ...reject(`invalid MX for ${domain}`, { status: "5.1.8" }), score: -1 };
    case "nothing":
      return { ...reject(`The domain ${domain} has neither MX nor a valid address`, { status: "5.1.8" }), score: -2 };
    case "unanswered":
      return deferUnanswered ? defer(`Cannot look up ${domain} now, try again later`, { status: "4.4.3" }) : pass();
  }
}
